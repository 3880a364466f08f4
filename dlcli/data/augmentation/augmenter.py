"""Everything that is done to a training batch, in a fixed order."""

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
    """Applies augmentations: what moves pixels, then colors, then what erases, and mixup after normalization.

    Within a kind they apply in the order in which they were written. All that moves pixels is one resampling, and all
    that changes colors one map and one cut to the range from black to white, so that nothing is lost on the way.

    Args:
        augmentations: as they were written.
        train: the training set; its pictures are transformed when they are asked for.
        num_classes: number of a model's logits for classes, into which mixup turns classes; None where targets are
            numbers, as they are for two classes and one logit.

    Raises:
        ConfigError: one of them does not fit the data; the key is its place in the config.
    """

    def __init__(self, augmentations: Sequence[Augmentation], train: Split, num_classes: int | None) -> None:
        self.num_classes = num_classes
        self.geometric = [it for it in augmentations if isinstance(it, GeometricAugmentation)]
        self.color = [it for it in augmentations if isinstance(it, ColorAugmentation)]
        self.erasing = [it for it in augmentations if isinstance(it, ErasingAugmentation)]
        self.mixups = [it for it in augmentations if isinstance(it, Mixup)]
        self.images: TrainingImages | None = None
        if self.mixups and not isinstance(train.inputs, np.ndarray | TransformedRows):
            raise ConfigError("sequences are not mixed; take mixup out", code="not_applicable", key=_KEY)
        if any(it.needs_images for it in augmentations):
            self.images = read_training_images(train)
            _check_scaling(train)
            for position, augmentation in enumerate(augmentations):
                _prepare(augmentation, self.images, position)
            self.fill = self.images.border

    @property
    def only_copies(self) -> bool:
        """Whether all it does is to copy pixels, which takes little longer than copying whole pictures."""
        return self._copies and not (self.color or self.erasing or self.mixups)

    def transform(
        self, images: np.ndarray, rows: np.ndarray, generator: np.random.Generator, scaling: PixelScaling
    ) -> np.ndarray:
        """(N, h, w, C) float32: some of the pictures, changed and scaled.

        Args:
            images: (M, H, W, C) as they were read.
            rows: (N,) which of them.
            generator: for all draws.
            scaling: done last.
        """
        if not (self.color or self.erasing):
            return self._moved(images, rows, generator, scaling)
        changed = self._moved(images, rows, generator, PixelScaling.nothing(images.shape[3]))
        if self.color:
            self._color(changed, generator)
        for augmentation in self.erasing:
            augmentation.erase(generator, changed)
        scaling.apply(changed)
        return changed

    def mix(self, batch: Batch, generator: np.random.Generator) -> Batch:
        """A normalized batch with its examples mixed, where that was asked for."""
        for augmentation in self.mixups:
            batch = augmentation.mix(generator, batch, self.num_classes)
        return batch

    def output_size(self, size: Size) -> Size:
        """The size of the pictures that a model is trained on."""
        for augmentation in self.geometric:
            size = augmentation.output_size(size)
        return size

    @property
    def _copies(self) -> bool:
        return bool(self.geometric) and all(it.copies_pixels for it in self.geometric)

    def _moved(
        self, images: np.ndarray, rows: np.ndarray, generator: np.random.Generator, scaling: PixelScaling
    ) -> np.ndarray:
        if not self.geometric:
            moved: np.ndarray = images[rows].astype(np.float32)
            scaling.apply(moved)
            return moved
        size = incoming = images.shape[1:3]
        maps = []
        for augmentation in self.geometric:
            maps.append(augmentation.maps(generator, len(rows), size))
            size = augmentation.output_size(size)
        composed: np.ndarray = reduce(np.matmul, maps)
        matrices = from_corner(composed, incoming, size).astype(np.float32)
        if self._copies:
            return kernels.crop_and_flip(images, rows, matrices, size, self.fill, scaling.offset, scaling.factor)
        chosen = images[rows]
        chosen = chosen if chosen.dtype == np.uint8 else chosen.astype(np.float32, copy=False)
        moved = kernels.affine_sample(chosen, matrices, size, self.fill, True)
        scaling.apply(moved)
        return moved

    def _color(self, images: np.ndarray, generator: np.random.Generator) -> None:
        """Map the colors of images (N, H, W, C), in place."""
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
        rows = images.reshape(count, height, width * channels)  # long rows are worked on faster than many short pixels
        if np.count_nonzero(weights) == np.count_nonzero(factors):  # no channel depends on another one
            rows *= np.tile(factors, width)[:, np.newaxis]
        else:
            pixels = images.reshape(count, height * width, channels)
            pixels[:] = pixels @ weights.transpose(0, 2, 1)
        rows += np.tile(offsets.astype(np.float32), width)[:, np.newaxis]
        np.clip(rows, low, high, out=rows)


def from_corner(maps: np.ndarray, incoming: Size, outgoing: Size) -> np.ndarray:
    """(N, 2, 3): maps (N, 3, 3) around the centers of pictures as maps of pixel positions, counted from the corner."""
    (height, width), (new_height, new_width) = incoming, outgoing
    before, after = np.eye(3), np.eye(3)
    before[:2, 2] = -(new_width - 1) / 2, -(new_height - 1) / 2
    after[:2, 2] = (width - 1) / 2, (height - 1) / 2
    matrices: np.ndarray = (after @ maps @ before)[:, :2]
    return matrices


def read_training_images(train: Split) -> TrainingImages:
    """The training set's pictures as they were read.

    Raises:
        ConfigError: its examples are no pictures.
    """
    inputs = train.inputs
    source = inputs.source if isinstance(inputs, TransformedRows) else None
    if not isinstance(source, np.ndarray):
        raise ConfigError("pictures are augmented; the examples of this data are none", code="not_applicable", key=_KEY)
    if source.ndim != 4:
        found = " × ".join(map(str, source.shape[1:]))
        hint = "; of gray pictures in npz and npy files, axes: NHW makes (H, W, 1)" if source.ndim == 3 else ""
        raise ConfigError(
            f"pictures (H, W, channels) are augmented; an example of this data is {found} numbers{hint}",
            code="not_applicable",
            key=_KEY,
        )
    assert isinstance(inputs, TransformedRows)
    return TrainingImages(source, inputs.rows)


def _check_scaling(train: Split) -> None:
    """Refuse statistics of each pixel: where little ever happens, what augmentation brings there would be enormous."""
    assert isinstance(train.inputs, TransformedRows)
    if train.inputs.preprocessor.scaling.shift.ndim > 1:
        raise ConfigError(
            "pixels that are augmented cannot be scaled each on its own; set normalize: {name: standard, per: channel}",
            code="not_applicable",
            key="train.normalization",
        )


def _prepare(augmentation: Augmentation, images: TrainingImages, position: int) -> None:
    with under(f"{_KEY}[{position}].{registry.name_of('augmentation', type(augmentation))}"):
        augmentation.prepare(images)
