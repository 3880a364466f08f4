"""Softmax over the last axis, and its logarithm."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "softmax")
class Softmax(Function):
    """`y_k = exp(x_k) / Σ_j exp(x_j)` over the last axis; `∂L/∂x = y (g − Σ_k g_k y_k)`."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        y = kernels.softmax(x)
        ctx.save(y)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (y,) = ctx.saved
        return kernels.softmax_backward(grad, y)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(3, 4),))


@register("function", "log_softmax")
class LogSoftmax(Function):
    """`y_k = x_k − log Σ_j exp(x_j)` over the last axis; `∂L/∂x = g − softmax(x) Σ_k g_k`."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        y = kernels.log_softmax(x)
        ctx.save(y)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (y,) = ctx.saved
        return kernels.log_softmax_backward(grad, y)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3, 4),))


def softmax(x: Tensor | np.ndarray) -> Tensor:
    """Return `exp(x_k) / Σ_j exp(x_j)` over the last axis."""
    return Softmax.apply(x)


def log_softmax(x: Tensor | np.ndarray) -> Tensor:
    """Return `x_k − log Σ_j exp(x_j)` over the last axis."""
    return LogSoftmax.apply(x)
