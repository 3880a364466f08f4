"""Sigmoid, tanh and softplus, whose derivative is the sigmoid."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "sigmoid")
class Sigmoid(Function):
    """`σ(x) = 1 / (1 + exp(−x))`; `σ′ = σ (1 − σ)`."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        y = kernels.sigmoid(x)
        ctx.save(y)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (y,) = ctx.saved
        return kernels.sigmoid_backward(grad, y)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(3, 4),))


@register("function", "tanh")
class Tanh(Function):
    """`tanh(x)`; `tanh′ = 1 − tanh²`."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        y = kernels.tanh(x)
        ctx.save(y)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (y,) = ctx.saved
        return kernels.tanh_backward(grad, y)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(3, 4),))


@register("function", "softplus")
class Softplus(Function):
    """`log(1 + exp(x))`; its derivative is `σ(x)`."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        ctx.save(x)
        return kernels.softplus(x)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (x,) = ctx.saved
        return kernels.softplus_backward(grad, x)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(3, 4),))


def sigmoid(x: Tensor | np.ndarray) -> Tensor:
    """Return `1 / (1 + exp(−x))`, elementwise."""
    return Sigmoid.apply(x)


def tanh(x: Tensor | np.ndarray) -> Tensor:
    """Return the hyperbolic tangent, elementwise."""
    return Tanh.apply(x)


def softplus(x: Tensor | np.ndarray) -> Tensor:
    """Return `log(1 + exp(x))`, elementwise."""
    return Softplus.apply(x)
