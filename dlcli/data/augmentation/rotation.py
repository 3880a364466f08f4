"""Pictures at an angle."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Ge, Le

from dlcli.core import Fraction, register
from dlcli.data.augmentation.augmentation import GeometricAugmentation, Size, identity_maps


@register("augmentation", "rotation")
class Rotation(GeometricAugmentation):
    """Turned around the center; what comes in at the corners has the color of the training pictures' edge.

    Args:
        degrees: the largest angle in either direction; all between are equally likely.
        probability: of a picture being turned.
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
