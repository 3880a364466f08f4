"""Batch normalization over the rows of a matrix: one mean and variance for each column."""

from __future__ import annotations

import numpy as np


def batch_norm(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """`y = γ x̂ + β` with `x̂ = (x − μ) / √(σ² + ε)`, μ and σ² of the batch.

    (M, C), (C,), (C,) -> y (M, C), x̂ (M, C), 1/√(σ² + ε) (C,), μ (C,), σ² (C,)
    """
    mean = np.add.reduce(x, axis=0) / x.dtype.type(len(x))
    normalized: np.ndarray = x - mean
    variance = np.add.reduce(normalized * normalized, axis=0) / x.dtype.type(len(x))
    inverse_std = 1 / np.sqrt(variance + x.dtype.type(epsilon))
    normalized *= inverse_std
    y = normalized * gamma
    y += beta
    return y, normalized, inverse_std, mean, variance


def batch_norm_backward(
    grad: np.ndarray, normalized: np.ndarray, inverse_std: np.ndarray, gamma: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`∂β = Σ g`, `∂γ = Σ g x̂`, `∂x = γ/√(σ² + ε) (g − ∂β/M − x̂ ∂γ/M)`.

    (M, C), (M, C), (C,), (C,) -> ∂x (M, C), ∂γ (C,), ∂β (C,)
    """
    rows = grad.dtype.type(len(grad))
    grad_beta: np.ndarray = np.add.reduce(grad, axis=0)
    grad_gamma: np.ndarray = np.add.reduce(grad * normalized, axis=0)
    grad_x: np.ndarray = normalized * (grad_gamma / -rows)
    grad_x += grad
    grad_x -= grad_beta / rows
    grad_x *= gamma * inverse_std
    return grad_x, grad_gamma, grad_beta
