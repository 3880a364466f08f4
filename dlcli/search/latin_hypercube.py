"""Latin hypercube sampling: points of the unit cube that are evenly spread along each dimension."""

from __future__ import annotations

import numpy as np


def latin_hypercube(points: int, sides: int, generator: np.random.Generator) -> np.ndarray:
    """Return `(points, sides)` samples, one in each of `points` equal slices of every side (McKay et al. 1979)."""
    # With an independent permutation for each side, every slice has exactly one point and the sides are uncorrelated.
    slices = np.stack([generator.permutation(points) for _ in range(sides)], axis=1)
    # uniform within the slice, so that the points do not lie on a lattice
    return (slices + generator.random((points, sides))) / points
