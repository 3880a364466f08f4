"""Batch normalization over the rows of a matrix: one mean and variance per column.

The sum with a residual branch and the ReLU that often follow are computed in the same call, so that the result is
written once. The backward pass recomputes the normalized values from the input, so that they need not be saved.
"""

from __future__ import annotations

import numpy as np

#: absolute mean of a column, in standard deviations, above which its moments are computed in double precision: sums in
#: float32 would lose at least eight of its 24 bits
FAR = 256


def batch_norm(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    epsilon: float,
    residual: np.ndarray | None = None,
    relu: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Compute `y = γ x̂ + β (+ residual)`, then `max(y, 0)` if `relu`; `x̂ = (x − μ) / √(σ² + ε)`, μ and σ² of the batch.

    (M, C), (C,), (C,), residual (M, C) -> y (M, C), μ (C,), σ² (C,), 1/√(σ² + ε) (C,)
    """
    # Two passes: E[x²] − μ² would lose all digits where the mean is large compared with the standard deviation.
    mean = np.add.reduce(x, axis=0) / x.dtype.type(len(x))
    y: np.ndarray = x - mean
    variance = np.add.reduce(y * y, axis=0) / x.dtype.type(len(x))
    inverse_std = 1 / np.sqrt(variance + x.dtype.type(epsilon))
    # Rare, but otherwise a large offset, e.g. of an unnormalized input, would turn rounding errors into variance.
    far = np.abs(mean) * inverse_std > FAR
    if far.any():
        columns = x[:, far].astype(np.float64)
        center = columns.mean(axis=0)
        y[:, far] = columns - center
        mean[far], variance[far] = center, columns.var(axis=0)
        inverse_std[far] = 1 / np.sqrt(variance[far] + x.dtype.type(epsilon))
    y *= inverse_std * gamma
    y += beta
    if residual is not None:
        y += residual
    if relu:
        np.maximum(y, 0, out=y)
    return y, mean, variance, inverse_std


def fixed_batch_norm(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    epsilon: float,
    residual: np.ndarray | None = None,
    relu: bool = False,
) -> np.ndarray:
    """Compute `batch_norm` with fixed μ and σ², as in evaluation mode.

    (M, C), (C,), (C,), (C,), (C,), residual (M, C) -> (M, C)
    """
    scale = gamma / np.sqrt(variance + variance.dtype.type(epsilon))
    y: np.ndarray = x - mean
    y *= scale
    y += beta
    if residual is not None:
        y += residual
    if relu:
        np.maximum(y, 0, out=y)
    return y


def batch_norm_backward(
    grad: np.ndarray,
    x: np.ndarray,
    gamma: np.ndarray,
    mean: np.ndarray,
    inverse_std: np.ndarray,
    y: np.ndarray | None = None,
    residual: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
    """Compute `∂β = Σ g`, `∂γ = Σ g x̂`, `∂x = γ/√(σ² + ε) (g − ∂β/M − x̂ ∂γ/M)` and `∂residual = g`.

    With a fused ReLU, y is its result, and g is `grad` where y > 0, else 0. `residual` tells whether the forward pass
    added a residual; otherwise its gradient is None.

    (M, C), (M, C), (C,), (C,), (C,), y (M, C) -> ∂x (M, C), ∂γ (C,), ∂β (C,), ∂residual (M, C)
    """
    rows = grad.dtype.type(len(grad))
    if y is not None:
        grad = grad * (y > 0)
    # x̂ is recomputed from x instead of saved: one pass over x is cheaper than memory for a copy
    grad_x: np.ndarray = x - mean
    grad_x *= inverse_std
    grad_beta: np.ndarray = np.add.reduce(grad, axis=0)
    grad_gamma: np.ndarray = np.add.reduce(grad * grad_x, axis=0)
    # in place, in this order: −x̂ ∂γ/M, + g, − ∂β/M, then the sum times γ/√(σ² + ε)
    grad_x *= grad_gamma / -rows
    grad_x += grad
    grad_x -= grad_beta / rows
    grad_x *= gamma * inverse_std
    return grad_x, grad_gamma, grad_beta, grad if residual else None
