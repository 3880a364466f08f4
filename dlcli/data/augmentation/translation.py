"""Random translations."""

from __future__ import annotations

import numpy as np

from dlcli.core import Fraction, register
from dlcli.data.augmentation.augmentation import GeometricAugmentation, Size, identity_maps


@register("augmentation", "translation")
class Translation(GeometricAugmentation):
    """Shift an image by an integer number of pixels.

    The gap is filled with the median color of the border pixels of the training images.

    Args:
        fraction: Largest shift in either direction, as a fraction of the width and of the height.
        probability: Probability of shifting an image.
    """

    copies_pixels = True

    def __init__(self, *, fraction: Fraction = 0.1, probability: Fraction = 1.0) -> None:
        self.fraction = fraction
        self.probability = probability

    def maps(self, generator: np.random.Generator, count: int, size: Size) -> np.ndarray:
        height, width = size
        farthest = self.fraction * np.array([width, height])  # (x, y)
        moves = np.rint(generator.uniform(-1, 1, size=(count, 2)) * farthest)
        maps = identity_maps(count)
        maps[:, :2, 2] = np.where(generator.random((count, 1)) < self.probability, moves, 0.0)
        return maps
