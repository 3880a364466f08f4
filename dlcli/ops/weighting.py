"""What each number counts in the mean that a loss is."""

from __future__ import annotations

import math

import numpy as np


def mean_scale(
    shape: tuple[int, ...], dtype: np.dtype, *weights: np.ndarray | None, divisor: float | None = None
) -> np.ndarray:
    """Factors s with `Σ s ℓ` the weighted mean of losses of `shape`: the product of the weights over its sum.

    Args:
        shape: of the losses, (N, …).
        dtype: of the result.
        weights: each (N,) or of leading axes of `shape`; None counts as 1.
        divisor: what the weighted sum is divided by; None for the sum of the weights, which makes it a mean.

    Returns:
        () without weights, else an array that broadcasts to `shape`; zeros when nothing counts.
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
