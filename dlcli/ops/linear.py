"""Affine map of the last axis, `y = x W + b`, optionally fused with an activation."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register
from dlcli.kernels import Activation

BACKWARD = {
    "relu": kernels.relu_backward,
    "sigmoid": kernels.sigmoid_backward,
    "tanh": kernels.tanh_backward,
}


@register("function", "linear")
class Linear(Function):
    """`y = f(x W + b)`; `∂L/∂x = g Wᵀ`, `∂L/∂W = xᵀ g`, `∂L/∂b = Σ_n g_n`, with g = f′ ∂L/∂y.

    x: (..., D), weight: (D, U), bias: (U,) or None -> (..., U)
    """

    @staticmethod
    def forward(
        ctx: Context,
        x: np.ndarray,
        weight: np.ndarray,
        bias: np.ndarray | None,
        *,
        activation: Activation | None = None,
    ) -> np.ndarray:
        rows = x if x.ndim == 2 else x.reshape(-1, x.shape[-1])  # (..., D) -> (N, D)
        y = kernels.linear(rows, weight, bias, activation)
        ctx.save(rows, weight, None if activation is None else y)
        ctx.shape_x = x.shape
        ctx.activation = activation
        return y if x.ndim == 2 else y.reshape(*x.shape[:-1], weight.shape[1])

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        x, weight, y = ctx.saved
        needs_x, needs_weight, needs_bias = ctx.needs_grad
        rows = grad if grad.ndim == 2 else grad.reshape(-1, grad.shape[-1])  # (..., U) -> (N, U)
        if ctx.activation is not None:
            rows = BACKWARD[ctx.activation](rows, y)
        return (
            kernels.linear_grad_input(rows, weight).reshape(ctx.shape_x) if needs_x else None,
            kernels.linear_grad_weight(x, rows, out=ctx.out(1)) if needs_weight else None,
            kernels.linear_grad_bias(rows, out=ctx.out(2)) if needs_bias else None,
        )

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(4, 3), draw(3, 2, seed=1), draw(2, seed=2)))
        yield Sample((draw(2, 3, 4), draw(4, 5, seed=1), None))
        for activation in BACKWARD:
            yield Sample((draw(4, 3), draw(3, 2, seed=1), draw(2, seed=2)), {"activation": activation})


def linear(
    x: Tensor | np.ndarray, weight: Tensor, bias: Tensor | None = None, *, activation: Activation | None = None
) -> Tensor:
    """Apply an affine map, and optionally an activation, to the last axis.

    Args:
        x: Input, (..., D).
        weight: Weight, (D, U).
        bias: Bias, (U,), or None.
        activation: Activation function of the result, or None.
    """
    return Linear.apply(x, weight, bias, activation=activation)
