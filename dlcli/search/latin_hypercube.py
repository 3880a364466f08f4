"""Points of the unit cube that are spread evenly along each side."""

from __future__ import annotations

import numpy as np


def latin_hypercube(points: int, sides: int, generator: np.random.Generator) -> np.ndarray:
    """One point in each of `points` equal slices of every side, (points, sides) (McKay, Beckman & Conover 1979)."""
    slices = np.stack([generator.permutation(points) for _ in range(sides)], axis=1)
    return (slices + generator.random((points, sides))) / points
