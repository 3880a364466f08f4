"""Local response normalization: neighboring channels inhibit each other."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "local_response_norm")
class LocalResponseNorm(Function):
    """`y_c = x_c d_c^−β`, `d_c = k + α/n Σ x_c'²` over the n channels around c (Krizhevsky et al. 2012, section 3.3).

    Divided by n as PyTorch does, where the paper has α alone. The gradient is
    `∂L/∂x_c = g_c d_c^−β − 2αβ/n x_c Σ g_c' x_c' d_c'^(−β−1)` over the channels c' that c is a neighbor of.

    x: (..., C) -> (..., C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, size: int, alpha: float, beta: float, k: float) -> np.ndarray:
        scale: np.ndarray = _around(x * x, size // 2, (size - 1) // 2)
        scale *= x.dtype.type(alpha / size)
        scale += x.dtype.type(k)
        ctx.numbers = (size, alpha, beta)
        ctx.save(x, scale)
        y: np.ndarray = x * scale ** x.dtype.type(-beta)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        x, scale = ctx.saved
        size, alpha, beta = ctx.numbers
        share = grad * scale ** x.dtype.type(-beta)
        inhibited = _around(share * x / scale, (size - 1) // 2, size // 2)
        inhibited *= x
        inhibited *= x.dtype.type(2 * alpha * beta / size)
        grad_x: np.ndarray = share - inhibited
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3, 7),), {"size": 5, "alpha": 0.5, "beta": 0.75, "k": 2.0})
        yield Sample((draw(2, 2, 2, 3),), {"size": 4, "alpha": 1.0, "beta": 1.5, "k": 1.0})


def local_response_norm(x: Tensor, *, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0) -> Tensor:
    """Divide each channel by a power of the mean square of its neighbors.

    Args:
        x: (..., C).
        size: channels in a neighborhood, `size // 2` of them before the channel.
        alpha: weight of their mean square.
        beta: exponent.
        k: what the sum starts from.
    """
    return LocalResponseNorm.apply(x, size=size, alpha=alpha, beta=beta, k=k)


def _around(x: np.ndarray, before: int, after: int) -> np.ndarray:
    """For each channel the sum over it, those `before` it and those `after` it, as far as there are any."""
    channels = x.shape[-1]
    total = x.copy()
    for offset in (*range(-before, 0), *range(1, after + 1)):
        here = slice(max(0, -offset), min(channels, channels - offset))
        there = slice(here.start + offset, here.stop + offset)
        if here.start < here.stop:
            total[..., here] += x[..., there]
    return total
