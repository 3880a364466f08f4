"""Sums and products of arrays."""

from __future__ import annotations

import numpy as np


def add(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`a + b`, broadcast as in NumPy."""
    total: np.ndarray = np.add(a, b)
    return total


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`a b`, elementwise, broadcast as in NumPy."""
    product: np.ndarray = np.multiply(a, b)
    return product
