"""The scaling that a trunk was trained with, for new data: its first layer expects inputs of that size."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.core import ConfigError, register
from dlcli.data.normalization import Normalization, Scaling, is_image
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.published_statistics import Library, published_statistics


@register("normalization", "pretrained")
class Pretrained(Normalization):
    """As the weights in `model.from` were trained with; the default where a model starts from a run.

    Published weights were also trained with images of a certain size. torchvision's were resized to 256 (bilinear) and
    cut to the middle 224 × 224; most of timm's were resized with bicubic interpolation and cut to 87.5 to 95 %. To come
    close, read images with {format: image_folder, size: 224, resize: crop, channels: 3}.

    Args:
        weights: the library that published the weights, torchvision or timm, whose statistics for the architecture are
            known: ImageNet's mean and deviation, or pixels between −1 and 1 for GoogLeNet and timm's MobileNet; null =
            those of the run in `model.from`.
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
                "takes the scaling of the run that the model starts from; this model does not start from a run. "
                "For published weights write {name: pretrained, weights: torchvision} or weights: timm"
            )
            raise ConfigError(message, key="")
        shape, needed = next(iter(chunks)).shape[1:], self.scaling.shift.shape
        try:
            fits = np.broadcast_shapes(shape, needed) == shape
        except ValueError:
            fits = False
        if not fits:
            raise ConfigError(
                f"the run scales inputs of the shape {needed}, these have {shape}; choose another normalization",
                code="not_applicable",
                key="",
            )
        return self.scaling

    def _published(self, chunks: Iterable[np.ndarray], library: Library) -> Scaling:
        first = next(iter(chunks))
        if not is_image(first.ndim - 1) or first.shape[-1] != 3:
            shape = first.shape[1:]
            message = f"weights of {library} are for color images (height, width, 3), got the shape {shape}"
            raise ConfigError(message, key="weights")
        return published_statistics(library, self.architecture).fit((first,))


def scaling_of(source: Preprocessor) -> Scaling:
    """The scaling of a run's numbers; of a table's, without the zeros and ones beside them, which are not scaled."""
    if source.encoder is None:
        return source.scaling
    scaled = source.encoder.scaled
    return Scaling(source.scaling.shift[scaled], source.scaling.scale[scaled])
