"""Norm and finiteness of flat arrays."""

from __future__ import annotations

import math

import numpy as np

#: squares outside this range may have lost terms to underflow or overflow of float32
SAFE_SQUARES = (1e-24, 1e37)


def l2_norm(x: np.ndarray) -> float:
    """Return `‖x‖₂` of a 1-D array, even if squares in its dtype underflow or overflow."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        square = float(np.dot(x, x))
        if not SAFE_SQUARES[0] <= square <= SAFE_SQUARES[1]:
            square = float(np.sum(np.square(x, dtype=np.float64)))
    return math.sqrt(square)


def is_finite(x: np.ndarray) -> bool:
    """Return whether all elements of a 1-D array are finite.

    The dot product with itself, which reads the array once, is finite in nearly all cases; the elements are only
    checked if it is not.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return math.isfinite(np.dot(x, x)) or bool(np.isfinite(x).all())
