"""Random rotations."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Ge, Le

from dlcli.core import Fraction, register
from dlcli.data.augmentation.augmentation import GeometricAugmentation, Size, identity_maps


@register("augmentation", "rotation")
class Rotation(GeometricAugmentation):
    """Rotate an image around its center.

    The corners are filled with the median color of the border pixels of the training images.

    Args:
        degrees: Largest angle in either direction; angles are drawn uniformly.
        probability: Probability of rotating an image.
    """

    def __init__(self, *, degrees: Annotated[float, Ge(0), Le(180)] = 15.0, probability: Fraction = 1.0) -> None:
        self.degrees = degrees
        self.probability = probability

    def maps(self, generator: np.random.Generator, count: int, size: Size) -> np.ndarray:  # noqa: ARG002
        angles = np.deg2rad(generator.uniform(-self.degrees, self.degrees, size=count))
        angles = np.where(generator.random(count) < self.probability, angles, 0.0)
        cosine, sine = np.cos(angles), np.sin(angles)
        maps = identity_maps(count)
        maps[:, 0, 0], maps[:, 0, 1] = cosine, -sine
        maps[:, 1, 0], maps[:, 1, 1] = sine, cosine
        return maps
