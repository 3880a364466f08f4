"""The mask of inverted dropout."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike


def dropout_mask(shape: tuple[int, ...], rate: float, generator: np.random.Generator, dtype: DTypeLike) -> np.ndarray:
    """0 with probability `rate`, else `1 / (1 − rate)`, so that the expectation is 1."""
    kept = generator.random(shape, dtype=np.float32) >= rate
    mask: np.ndarray = np.multiply(kept, 1 / (1 - rate), dtype=dtype)
    return mask
