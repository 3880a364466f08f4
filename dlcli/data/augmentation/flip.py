"""Pictures as in a mirror."""

from __future__ import annotations

from typing import Literal

import numpy as np

from dlcli.core import Fraction, register
from dlcli.data.augmentation.augmentation import GeometricAugmentation, Size, identity_maps


@register("augmentation", "mirror")
class Mirror(GeometricAugmentation):
    """Left and right change places; not for what must be read, such as digits and letters.

    Args:
        probability: of a picture being mirrored.
        axis: horizontal swaps left and right, vertical top and bottom.
    """

    copies_pixels = True

    def __init__(self, *, probability: Fraction = 0.5, axis: Literal["horizontal", "vertical"] = "horizontal") -> None:
        self.probability = probability
        self.axis = 0 if axis == "horizontal" else 1

    def maps(self, generator: np.random.Generator, count: int, size: Size) -> np.ndarray:  # noqa: ARG002
        maps = identity_maps(count)
        maps[:, self.axis, self.axis] = np.where(generator.random(count) < self.probability, -1.0, 1.0)
        return maps
