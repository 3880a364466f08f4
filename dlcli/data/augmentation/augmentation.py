"""What an augmentation is: something drawn anew for every picture, of one of three kinds that each compose.

Geometric ones are affine maps of coordinates, composed into one map and applied by one resampling pass; color ones are
affine maps of a pixel's channels, composed into one map as well; what erases comes last. Mixup works on whole batches.
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
    #: whether it is for pictures only
    needs_images: ClassVar[bool] = True

    def prepare(self, images: TrainingImages) -> None:
        """Look at the training set once, before the first batch.

        Raises:
            ConfigError: it does not fit these pictures; the key is the option's name.
        """


class GeometricAugmentation(Augmentation, ABC):
    """Moves pixels."""

    #: whether it only mirrors and moves by whole pixels, so that nothing has to be blended
    copies_pixels: ClassVar[bool] = False

    @abstractmethod
    def maps(self, generator: np.random.Generator, count: int, size: Size) -> np.ndarray:
        """(N, 3, 3) float64, from output to input in homogeneous coordinates (x, y, 1) around the picture's center.

        Args:
            generator: for the draw.
            count: N, pictures.
            size: of the pictures that come in.
        """

    def output_size(self, size: Size) -> Size:
        """The size of the pictures that go out."""
        return size


@dataclass(frozen=True)
class ColorMaps:
    """The maps `W p + b` of pixels p scaled to 0 … 1, one for each picture.

    Args:
        weights: (N, C, C) float64.
        offsets: (N, C) float64.
    """

    weights: np.ndarray
    offsets: np.ndarray

    @classmethod
    def identity(cls, count: int, channels: int) -> ColorMaps:
        return cls(np.broadcast_to(np.eye(channels), (count, channels, channels)), np.zeros((count, channels)))

    def then(self, second: ColorMaps) -> ColorMaps:
        """Both, `second` last."""
        offsets = (second.weights @ self.offsets[:, :, np.newaxis])[:, :, 0] + second.offsets
        return ColorMaps(second.weights @ self.weights, offsets)


def identity_maps(count: int) -> np.ndarray:
    """(N, 3, 3) maps that move nothing."""
    maps = np.zeros((count, 9))
    maps[:, ::4] = 1.0
    return maps.reshape(count, 3, 3)


class ColorAugmentation(Augmentation, ABC):
    """Changes colors, those of a picture all in the same way."""

    @abstractmethod
    def maps(self, generator: np.random.Generator, count: int) -> ColorMaps:
        """What happens to the colors of N pictures."""


class ErasingAugmentation(Augmentation, ABC):
    """Overwrites parts of pictures."""

    @abstractmethod
    def erase(self, generator: np.random.Generator, images: np.ndarray) -> None:
        """Overwrite parts of images (N, H, W, C), in place."""
