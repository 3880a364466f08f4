"""Apply all augmentations to a training batch, in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from dlcli import kernels
from dlcli.core import ConfigError, registry, under
from dlcli.data.augmentation.augmentation import (
    Augmentation,
    ColorAugmentation,
    ColorMaps,
    ErasingAugmentation,
    GeometricAugmentation,
    Size,
)
from dlcli.data.augmentation.mixup import Mixup
from dlcli.data.augmentation.pixel_scaling import PixelScaling
from dlcli.data.augmentation.training_images import TrainingImages
from dlcli.data.batches import Batch, Split, TransformedRows

_KEY = "augmentations"


class Augmenter:
    """Applies augmentations: geometric, then color, then erasing ones, and mixup after normalization.

    Within a kind they apply in the order of the config. All geometric augmentations are one resampling, and all color
    augmentations one map followed by one clipping to the range from black to white, so no precision is lost between
    them.

    Args:
        augmentations: Augmentations in the order of the config.
        train: Training set; its images are transformed batch by batch.
        num_classes: Number of logits of a classifier, for mixup's distributions over classes; None for numeric targets,
            which includes two classes with one logit.

    Raises:
        ConfigError: An augmentation does not fit the data; the key is its path in the config.
    """

    def __init__(self, augmentations: Sequence[Augmentation], train: Split, num_classes: int | None) -> None:
        self.num_classes = num_classes
        self.geometric = [it for it in augmentations if isinstance(it, GeometricAugmentation)]
        self.color = [it for it in augmentations if isinstance(it, ColorAugmentation)]
        self.erasing = [it for it in augmentations if isinstance(it, ErasingAugmentation)]
        self.mixups = [it for it in augmentations if isinstance(it, Mixup)]
        self.images: TrainingImages | None = None
        if self.mixups and not isinstance(train.inputs, np.ndarray | TransformedRows):
            raise ConfigError("mixup does not apply to sequences; remove it", code="not_applicable", key=_KEY)
        if any(it.needs_images for it in augmentations):
            self.images = read_training_images(train)
            _check_scaling(train)
            for position, augmentation in enumerate(augmentations):
                _prepare(augmentation, self.images, position)
            self.fill = self.images.border

    @property
    def only_copies(self) -> bool:
        """Whether all augmentations only copy pixels, which takes little longer than copying whole images."""
        return self._copies and not (self.color or self.erasing or self.mixups)

    def transform(
        self, images: np.ndarray, rows: np.ndarray, generator: np.random.Generator, scaling: PixelScaling
    ) -> np.ndarray:
        """Return some images augmented and scaled, (N, h, w, C) float32.

        Args:
            images: (M, H, W, C) raw images.
            rows: (N,) row numbers of the images to use.
            generator: Random generator of all augmentations.
            scaling: Scaling to apply last.
        """
        if not (self.color or self.erasing):
            return self._resample(images, rows, generator, scaling)
        augmented = self._resample(images, rows, generator, PixelScaling.identity(images.shape[3]))
        if self.color:
            self._map_colors(augmented, generator)
        for augmentation in self.erasing:
            augmentation.erase(generator, augmented)
        scaling.apply(augmented)
        return augmented

    def mix(self, batch: Batch, generator: np.random.Generator) -> Batch:
        """Apply mixup, if it is configured, to a normalized batch."""
        for augmentation in self.mixups:
            batch = augmentation.mix(generator, batch, self.num_classes)
        return batch

    def output_size(self, size: Size) -> Size:
        """Return the size of the augmented images for images of `size`."""
        for augmentation in self.geometric:
            size = augmentation.output_size(size)
        return size

    @property
    def _copies(self) -> bool:
        return bool(self.geometric) and all(it.copies_pixels for it in self.geometric)

    def _resample(
        self, images: np.ndarray, rows: np.ndarray, generator: np.random.Generator, scaling: PixelScaling
    ) -> np.ndarray:
        """Apply the geometric augmentations and the scaling, (N, h, w, C) float32."""
        if not self.geometric:
            resampled: np.ndarray = images[rows].astype(np.float32)
            scaling.apply(resampled)
            return resampled
        size = incoming = images.shape[1:3]
        maps = []
        for augmentation in self.geometric:
            maps.append(augmentation.maps(generator, len(rows), size))
            size = augmentation.output_size(size)
        composed: np.ndarray = reduce(np.matmul, maps)
        matrices = from_corner(composed, incoming, size).astype(np.float32)
        if self._copies:
            return kernels.crop_and_flip(images, rows, matrices, size, self.fill, scaling.offset, scaling.factor)
        batch = images[rows]
        batch = batch if batch.dtype == np.uint8 else batch.astype(np.float32, copy=False)
        resampled = kernels.affine_sample(batch, matrices, size, self.fill, True)
        scaling.apply(resampled)
        return resampled

    def _map_colors(self, images: np.ndarray, generator: np.random.Generator) -> None:
        """Apply the color augmentations to images (N, H, W, C), in place."""
        assert self.images is not None
        count, height, width, channels = images.shape
        maps = ColorMaps.identity(count, channels)
        for augmentation in self.color:
            maps = maps.then(augmentation.maps(generator, count))
        low, high = self.images.range
        # W (p − low) / (high − low) + b on the scale of the pixels: W p + (high − low) b + low − W low
        offsets = (high - low) * maps.offsets + low - low * maps.weights.sum(axis=2)
        weights = maps.weights.astype(np.float32)
        factors = np.diagonal(weights, axis1=1, axis2=2)  # (N, C)
        rows = images.reshape(count, height, width * channels)  # operations on long rows are faster than on pixels
        if np.count_nonzero(weights) == np.count_nonzero(factors):  # no channel depends on another one
            rows *= np.tile(factors, width)[:, np.newaxis]
        else:
            pixels = images.reshape(count, height * width, channels)
            pixels[:] = pixels @ weights.transpose(0, 2, 1)
        rows += np.tile(offsets.astype(np.float32), width)[:, np.newaxis]
        np.clip(rows, low, high, out=rows)


def from_corner(maps: np.ndarray, incoming: Size, outgoing: Size) -> np.ndarray:
    """Convert maps (N, 3, 3) around the centers of images to maps (N, 2, 3) of pixel positions from the corner."""
    (height, width), (new_height, new_width) = incoming, outgoing
    before, after = np.eye(3), np.eye(3)
    before[:2, 2] = -(new_width - 1) / 2, -(new_height - 1) / 2
    after[:2, 2] = (width - 1) / 2, (height - 1) / 2
    matrices: np.ndarray = (after @ maps @ before)[:, :2]
    return matrices


def read_training_images(train: Split) -> TrainingImages:
    """Return the raw images of the training set.

    Raises:
        ConfigError: The examples are not images.
    """
    inputs = train.inputs
    source = inputs.source if isinstance(inputs, TransformedRows) else None
    if not isinstance(source, np.ndarray):
        message = "augmentations require images, but the examples of this data are not images"
        raise ConfigError(message, code="not_applicable", key=_KEY)
    if source.ndim != 4:
        shape = " × ".join(map(str, source.shape[1:]))
        hint = "; for gray images in npz and npy files, axes: NHW adds a channel axis" if source.ndim == 3 else ""
        raise ConfigError(
            f"augmentations require images (H, W, channels), but an example of this data has {shape} values{hint}",
            code="not_applicable",
            key=_KEY,
        )
    assert isinstance(inputs, TransformedRows)
    return TrainingImages(source, inputs.rows)


def _check_scaling(train: Split) -> None:
    """Reject statistics of each pixel: pixels that hardly vary in training would become huge after augmentation."""
    assert isinstance(train.inputs, TransformedRows)
    if train.inputs.preprocessor.scaling.shift.ndim > 1:
        raise ConfigError(
            "augmented images cannot be normalized pixel by pixel; set normalize: {name: standard, per: channel}",
            code="not_applicable",
            key="train.normalization",
        )


def _prepare(augmentation: Augmentation, images: TrainingImages, position: int) -> None:
    with under(f"{_KEY}[{position}].{registry.name_of('augmentation', type(augmentation))}"):
        augmentation.prepare(images)
