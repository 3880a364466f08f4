"""Layer normalization over the last axis (Ba et al. 2016, arXiv:1607.06450); g is the gradient of the result."""

from __future__ import annotations

import numpy as np


def layer_norm(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute `y = γ x̂ + β` with `x̂ = (x − μ) / √(σ² + ε)` and the mean μ and variance σ² of each row.

    (…, D), (D,), (D,) -> y (…, D), μ (…), 1/√(σ² + ε) (…)
    """
    size = x.dtype.type(x.shape[-1])
    mean = np.add.reduce(x, axis=-1, keepdims=True) / size
    y: np.ndarray = x - mean
    variance = np.add.reduce(y * y, axis=-1, keepdims=True) / size
    inverse_std = 1 / np.sqrt(variance + x.dtype.type(epsilon))
    y *= inverse_std
    y *= gamma
    y += beta
    return y, mean[..., 0], inverse_std[..., 0]


def layer_norm_backward(
    grad: np.ndarray, x: np.ndarray, gamma: np.ndarray, mean: np.ndarray, inverse_std: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute `∂x = (γ g − mean(γ g) − x̂ mean(γ g x̂)) / √(σ² + ε)` per row; `∂γ = Σ g x̂` and `∂β = Σ g` over rows.

    (…, D), (…, D), (D,), (…), (…) -> ∂x (…, D), ∂γ (D,), ∂β (D,)
    """
    # γ and β are shared by all rows, so their gradients are sums over every axis but the last.
    rows = tuple(range(x.ndim - 1))
    size = x.dtype.type(x.shape[-1])
    normalized = (x - mean[..., None]) * inverse_std[..., None]
    grad_gamma: np.ndarray = np.add.reduce(grad * normalized, axis=rows)
    grad_beta: np.ndarray = np.add.reduce(grad, axis=rows)
    grad_x: np.ndarray = grad * gamma
    # Shifting or scaling a row does not change the result, so the gradient has no component along 1 and x̂: both are
    # projected out.
    along = np.add.reduce(grad_x * normalized, axis=-1, keepdims=True) / size
    grad_x -= np.add.reduce(grad_x, axis=-1, keepdims=True) / size
    grad_x -= normalized * along
    grad_x *= inverse_std[..., None]
    return grad_x, grad_gamma, grad_beta
