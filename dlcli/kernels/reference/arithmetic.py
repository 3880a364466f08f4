"""Sums and products of arrays."""

from __future__ import annotations

import numpy as np


def add(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`a + b`, with NumPy's broadcasting."""
    total: np.ndarray = np.add(a, b)
    return total


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`a b`, elementwise, with NumPy's broadcasting."""
    product: np.ndarray = np.multiply(a, b)
    return product
