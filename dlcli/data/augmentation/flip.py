"""Images flipped left to right or top to bottom."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli.core import Fraction, register
from dlcli.data.augmentation.augmentation import GeometricAugmentation, Size, identity_maps


class _Flip(GeometricAugmentation):
    """A reflection along one axis of the coordinates (x, y)."""

    copies_pixels = True
    #: 0 = x, swaps left and right; 1 = y, swaps top and bottom
    axis: ClassVar[int]

    def __init__(self, *, probability: Fraction = 0.5) -> None:
        self.probability = probability

    def maps(self, generator: np.random.Generator, count: int, size: Size) -> np.ndarray:  # noqa: ARG002
        maps = identity_maps(count)
        maps[:, self.axis, self.axis] = np.where(generator.random(count) < self.probability, -1.0, 1.0)
        return maps


@register("augmentation", "horizontal_flip")
class HorizontalFlip(_Flip):
    """Swap left and right; not for images of text, such as digits and letters.

    Args:
        probability: Probability of flipping an image.
    """

    axis = 0


@register("augmentation", "vertical_flip")
class VerticalFlip(_Flip):
    """Swap top and bottom, for images without a natural orientation, such as those of a microscope or a satellite.

    Args:
        probability: Probability of flipping an image.
    """

    axis = 1
