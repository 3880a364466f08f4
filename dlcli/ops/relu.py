"""Rectified linear unit and its variants."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw_away_from_zero
from dlcli.core import register


@register("function", "relu")
class ReLU(Function):
    """`max(x, 0)`; the derivative at 0 is defined as 0."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        y = kernels.relu(x)
        ctx.save(y)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (y,) = ctx.saved
        return kernels.relu_backward(grad, y)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw_away_from_zero(3, 4),))


@register("function", "leaky_relu")
class LeakyReLU(Function):
    """`x` if x > 0, else `slope · x` (Maas et al. 2013)."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, slope: float) -> np.ndarray:
        ctx.save(x)
        ctx.slope = slope
        return kernels.leaky_relu(x, slope)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (x,) = ctx.saved
        return kernels.leaky_relu_backward(grad, x, ctx.slope)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw_away_from_zero(3, 4),), {"slope": 0.01})


@register("function", "elu")
class ELU(Function):
    """`x` if x > 0, else `α (exp(x) − 1)` (Clevert et al. 2016, arXiv:1511.07289)."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, alpha: float) -> np.ndarray:
        y = kernels.elu(x, alpha)
        ctx.save(y)
        ctx.alpha = alpha
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (y,) = ctx.saved
        return kernels.elu_backward(grad, y, ctx.alpha)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw_away_from_zero(3, 4),), {"alpha": 0.7})


def relu(x: Tensor | np.ndarray) -> Tensor:
    """Return `max(x, 0)`, elementwise."""
    return ReLU.apply(x)


def leaky_relu(x: Tensor | np.ndarray, *, slope: float) -> Tensor:
    """Return `x` if x > 0, else `slope · x`."""
    return LeakyReLU.apply(x, slope=slope)


def elu(x: Tensor | np.ndarray, *, alpha: float) -> Tensor:
    """Return `x` if x > 0, else `α (exp(x) − 1)`, with α > 0."""
    return ELU.apply(x, alpha=alpha)
