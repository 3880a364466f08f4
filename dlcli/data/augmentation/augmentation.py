"""Base classes of augmentations, which draw new random parameters for every image.

Geometric augmentations are affine maps of coordinates, composed and applied in one resampling pass. Color augmentations
are affine maps of the channels of a pixel, composed too. Erasing augmentations come last. Mixup works on whole batches.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dlcli.data.augmentation.training_images import TrainingImages

#: height and width
Size = tuple[int, int]


class Augmentation:
    """A random change of training examples."""

    registry_kind: ClassVar[str] = "augmentation"
    #: whether the augmentation applies only to images
    needs_images: ClassVar[bool] = True
    #: whether things stay at their places in an image
    keeps_places: ClassVar[bool] = True

    def prepare(self, images: TrainingImages) -> None:
        """Compute statistics of the training set once, before the first batch.

        Raises:
            ConfigError: The augmentation does not fit these images; the key names the option.
        """


class GeometricAugmentation(Augmentation, ABC):
    """An affine map of pixel coordinates."""

    keeps_places: ClassVar[bool] = False
    #: whether the map only flips and shifts by integer numbers of pixels, so that no interpolation is needed
    copies_pixels: ClassVar[bool] = False

    @abstractmethod
    def maps(self, generator: np.random.Generator, count: int, size: Size) -> np.ndarray:
        """Draw (N, 3, 3) float64 maps from output to input, in homogeneous coordinates (x, y, 1) around the center.

        Args:
            generator: Random generator.
            count: Number N of images.
            size: Height and width of the input images.
        """

    def output_size(self, size: Size) -> Size:
        """Return the size of the output images for input images of `size`."""
        return size


@dataclass(frozen=True)
class ColorMaps:
    """Maps `W p + b` of pixels p scaled to 0 … 1, one for each image.

    Args:
        weights: (N, C, C) float64 matrices W.
        offsets: (N, C) float64 offsets b.
    """

    weights: np.ndarray
    offsets: np.ndarray

    @classmethod
    def identity(cls, count: int, channels: int) -> ColorMaps:
        return cls(np.broadcast_to(np.eye(channels), (count, channels, channels)), np.zeros((count, channels)))

    def then(self, second: ColorMaps) -> ColorMaps:
        """Return the composition of this map and `second`, which is applied last."""
        offsets = (second.weights @ self.offsets[:, :, np.newaxis])[:, :, 0] + second.offsets
        return ColorMaps(second.weights @ self.weights, offsets)


def identity_maps(count: int) -> np.ndarray:
    """Return (N, 3, 3) identity maps."""
    maps = np.zeros((count, 9))
    maps[:, ::4] = 1.0
    return maps.reshape(count, 3, 3)


class ColorAugmentation(Augmentation, ABC):
    """A change of colors that is the same for all pixels of an image."""

    @abstractmethod
    def maps(self, generator: np.random.Generator, count: int) -> ColorMaps:
        """Draw the color maps of N images."""


class ErasingAugmentation(Augmentation, ABC):
    """An augmentation that overwrites parts of images."""

    @abstractmethod
    def erase(self, generator: np.random.Generator, images: np.ndarray) -> None:
        """Overwrite parts of images (N, H, W, C), in place."""
