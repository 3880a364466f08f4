"""The scaling that a pretrained model expects of its inputs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.core import ConfigError, register
from dlcli.data.normalization import Normalization, Scaling, is_image
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.published_statistics import Library, published_statistics


@register("normalization", "pretrained")
class Pretrained(Normalization):
    """The normalization that the weights in `model.from` were trained with; the default if a model starts from a run.

    Published weights also expect an image size. torchvision resized images to 256 (bilinear) and cropped the center
    224 × 224; timm mostly resized with bicubic interpolation and cropped 87.5 to 95 %. A close match is
    {format: image_folder, size: 224, resize: crop, channels: 3}.

    Args:
        weights: Library that published the weights, torchvision or timm, for its statistics of the architecture:
            ImageNet's mean and deviation, or pixels between −1 and 1 for GoogLeNet and timm's MobileNet; null = the
            statistics of the run in `model.from`.
    """

    scaling: Scaling | None = None
    #: registered name of the architecture; None for a list of layers
    architecture: str | None = None

    def __init__(self, *, weights: Library | None = None) -> None:
        self.weights = weights

    def fit(self, chunks: Iterable[np.ndarray]) -> Scaling:
        if self.weights is not None:
            return self._published(chunks, self.weights)
        if self.scaling is None:
            message = (
                "requires a model that starts from a run, whose scaling it takes; "
                "for published weights, write {name: pretrained, weights: torchvision} or weights: timm"
            )
            raise ConfigError(message, code="not_applicable", key="")
        shape, expected = next(iter(chunks)).shape[1:], self.scaling.shift.shape
        try:
            fits = np.broadcast_shapes(shape, expected) == shape
        except ValueError:
            fits = False
        if not fits:
            raise ConfigError(
                f"expected inputs of shape {expected} as in the run, got {shape}; choose another normalization",
                code="not_applicable",
                key="",
            )
        return self.scaling

    def _published(self, chunks: Iterable[np.ndarray], library: Library) -> Scaling:
        first = next(iter(chunks))
        if not is_image(first.ndim - 1) or first.shape[-1] != 3:
            shape = first.shape[1:]
            message = f"weights of {library} expect color images (height, width, 3), got shape {shape}"
            raise ConfigError(message, code="not_applicable", key="weights")
        return published_statistics(library, self.architecture).fit((first,))


def scaling_of(source: Preprocessor) -> Scaling:
    """Return the scaling of a run's inputs; for a table, only that of numeric columns."""
    if source.encoder is None:
        return source.scaling
    scaled = source.encoder.scaled
    return Scaling(source.scaling.shift[scaled], source.scaling.scale[scaled])
