"""Figures of flat arrays."""

from __future__ import annotations

import math

import numpy as np

#: squares outside this range may have lost terms to underflow or overflow of float32
SAFE_SQUARES = (1e-24, 1e37)


def l2_norm(x: np.ndarray) -> float:
    """`‖x‖₂` of a 1-D array, also where the squares of its dtype vanish or overflow."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        square = float(np.dot(x, x))
        if not SAFE_SQUARES[0] <= square <= SAFE_SQUARES[1]:
            square = float(np.sum(np.square(x, dtype=np.float64)))
    return math.sqrt(square)


def is_finite(x: np.ndarray) -> bool:
    """Whether every number of a 1-D array is finite.

    One product tells nearly always, at the price of reading the array once; only when it overflows is each number
    looked at.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return math.isfinite(np.dot(x, x)) or bool(np.isfinite(x).all())
