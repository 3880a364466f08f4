"""Weights of the elements in a mean loss."""

from __future__ import annotations

import math

import numpy as np


def mean_scale(
    shape: tuple[int, ...], dtype: np.dtype, *weights: np.ndarray | None, divisor: float | None = None
) -> np.ndarray:
    """Return factors s such that `Σ s ℓ` is the weighted mean of losses ℓ: the product of the weights over its sum.

    Args:
        shape: Shape of the losses, (N, …).
        dtype: Data type of the factors.
        weights: Weights, each of shape (N,) or of leading axes of `shape`; None means 1.
        divisor: Divisor of the weighted sum; None for the sum of the weights, which gives a mean.

    Returns:
        Array of shape () without weights, else an array that broadcasts to `shape`; zeros if all weights are 0.
    """
    product = None
    for weight in weights:
        if weight is not None:
            weight = weight.astype(dtype, copy=False).reshape(weight.shape + (1,) * (len(shape) - weight.ndim))
            product = weight if product is None else product * weight
    if product is None:
        return np.asarray(1 / (divisor or math.prod(shape)), dtype)
    repeats = math.prod(shape) // product.size
    total = product.sum() * dtype.type(repeats) if divisor is None else dtype.type(divisor)
    return product / total if total else np.zeros_like(product)
