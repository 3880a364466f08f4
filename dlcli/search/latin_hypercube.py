"""Points of the unit cube that are spread evenly along each side."""

from __future__ import annotations

import numpy as np


def latin_hypercube(points: int, sides: int, generator: np.random.Generator) -> np.ndarray:
    """One point in each of `points` equal slices of every side, (points, sides) (McKay, Beckman & Conover 1979)."""
    # An independent permutation for each side: every slice of every side has exactly one point, and the sides are
    # uncorrelated.
    slices = np.stack([generator.permutation(points) for _ in range(sides)], axis=1)
    # uniform within the slice, so that the points do not lie on a lattice
    return (slices + generator.random((points, sides))) / points
