"""Layer normalization of the last axis, separately for every position of every example."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "layer_norm")
class LayerNorm(Function):
    """`y = γ x̂ + β`, `x̂ = (x − μ)/√(σ² + ε)`, with μ and σ² over the last axis (Ba et al. 2016, arXiv:1607.06450).

    `∂L/∂x = (h − mean(h) − x̂ mean(h x̂))/√(σ² + ε)` with `h = γ g`; `∂L/∂γ = Σ g x̂`, `∂L/∂β = Σ g`.

    x: (..., C), gamma: (C,), beta: (C,) -> (..., C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, *, epsilon: float) -> np.ndarray:
        y, mean, inverse_std = kernels.layer_norm(x, gamma, beta, epsilon)
        ctx.save(x, gamma, mean, inverse_std)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, ...]:
        return kernels.layer_norm_backward(grad, *ctx.saved)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(3, 5), draw(5, seed=1), draw(5, seed=2)), {"epsilon": 1e-5})
        yield Sample((draw(2, 2, 3, 4), draw(4, seed=1), draw(4, seed=2)), {"epsilon": 1e-2})


def layer_norm(x: Tensor, gamma: Tensor, beta: Tensor, *, epsilon: float) -> Tensor:
    """Normalize every position by the mean and variance of its channels.

    Args:
        x: Input with channels last, (..., C).
        gamma: Standard deviation of the output, γ, (C,).
        beta: Mean of the output, β, (C,).
        epsilon: Small constant added to the variance, ε.
    """
    return LayerNorm.apply(x, gamma, beta, epsilon=epsilon)
