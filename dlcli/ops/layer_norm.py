"""Layer normalization of the last axis: every position of every example by itself."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.autograd import Context, Function, Sample, Tensor
from dlcli.autograd.sample import draw
from dlcli.registry import register


@register("function", "layer_norm")
class LayerNorm(Function):
    """`y = γ x̂ + β`, `x̂ = (x − μ)/√(σ² + ε)`, μ and σ² of the last axis (Ba et al. 2016, arXiv:1607.06450).

    `∂L/∂x = (h − mean(h) − x̂ mean(h x̂))/√(σ² + ε)` with `h = γ g`; `∂L/∂γ = Σ g x̂`, `∂L/∂β = Σ g`.

    x: (..., C), gamma: (C,), beta: (C,) -> (..., C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, *, epsilon: float) -> np.ndarray:
        centered: np.ndarray = x - x.mean(axis=-1, keepdims=True)
        variance = np.mean(centered * centered, axis=-1, keepdims=True)
        inverse_std = 1 / np.sqrt(variance + x.dtype.type(epsilon))
        normalized = np.multiply(centered, inverse_std, out=centered)
        ctx.save(normalized, inverse_std, gamma)
        y: np.ndarray = normalized * gamma
        y += beta
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        normalized, inverse_std, gamma = ctx.saved
        needs_x, needs_gamma, _ = ctx.needs_grad
        return (
            _grad_x(grad * gamma, normalized, inverse_std) if needs_x else None,
            grad * normalized if needs_gamma else None,
            grad,
        )

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(3, 5), draw(5, seed=1), draw(5, seed=2)), {"epsilon": 1e-5})
        yield Sample((draw(2, 2, 3, 4), draw(4, seed=1), draw(4, seed=2)), {"epsilon": 1e-2})


def layer_norm(x: Tensor, gamma: Tensor, beta: Tensor, *, epsilon: float) -> Tensor:
    """Normalize every position by the mean and variance of its own channels.

    Args:
        x: (..., C).
        gamma: (C,), the new standard deviation.
        beta: (C,), the new mean.
        epsilon: added to the variance.
    """
    return LayerNorm.apply(x, gamma, beta, epsilon=epsilon)


def _grad_x(scaled: np.ndarray, normalized: np.ndarray, inverse_std: np.ndarray) -> np.ndarray:
    """`(h − mean(h) − x̂ mean(h x̂))/√(σ² + ε)`, written over h."""
    slope = np.mean(scaled * normalized, axis=-1, keepdims=True)
    scaled -= scaled.mean(axis=-1, keepdims=True)
    scaled -= normalized * slope
    scaled *= inverse_std
    return scaled
