"""Local response normalization over neighboring channels."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "local_response_norm")
class LocalResponseNorm(Function):
    """`y_c = x_c d_c^−β`, `d_c = k + α/n Σ x_c'²` over the n channels around c (Krizhevsky et al. 2012, section 3.3).

    α is divided by n as in PyTorch, unlike in the paper. The gradient is
    `∂L/∂x_c = g_c d_c^−β − 2αβ/n x_c Σ g_c' x_c' d_c'^(−β−1)` over the channels c' that have c as a neighbor.

    x: (..., C) -> (..., C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, size: int, alpha: float, beta: float, k: float) -> np.ndarray:
        scale: np.ndarray = _neighborhood_sum(x * x, size // 2, (size - 1) // 2)
        scale *= x.dtype.type(alpha / size)
        scale += x.dtype.type(k)
        ctx.options = (size, alpha, beta)
        ctx.save(x, scale)
        y: np.ndarray = x * scale ** x.dtype.type(-beta)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        x, scale = ctx.saved
        size, alpha, beta = ctx.options
        direct = grad * scale ** x.dtype.type(-beta)
        # the neighborhood is mirrored: those whose sum contains this channel
        inhibition = _neighborhood_sum(direct * x / scale, (size - 1) // 2, size // 2)
        inhibition *= x
        inhibition *= x.dtype.type(2 * alpha * beta / size)
        grad_x: np.ndarray = direct - inhibition
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3, 7),), {"size": 5, "alpha": 0.5, "beta": 0.75, "k": 2.0})
        yield Sample((draw(2, 2, 2, 3),), {"size": 4, "alpha": 1.0, "beta": 1.5, "k": 1.0})


def local_response_norm(x: Tensor, *, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0) -> Tensor:
    """Divide each channel by a power of the mean square of its neighbors.

    Args:
        x: Input with channels last, (..., C).
        size: Number of channels in a neighborhood, with `size // 2` of them before the channel.
        alpha: Weight of their mean square, α.
        beta: Exponent, β.
        k: Constant added to the weighted mean square.
    """
    return LocalResponseNorm.apply(x, size=size, alpha=alpha, beta=beta, k=k)


def _neighborhood_sum(x: np.ndarray, before: int, after: int) -> np.ndarray:
    """Return for each channel the sum from `before` channels before it to `after` channels after it."""
    channels = x.shape[-1]
    total = x.copy()
    for offset in (*range(-before, 0), *range(1, after + 1)):
        target = slice(max(0, -offset), min(channels, channels - offset))  # channels that have such a neighbor
        neighbor = slice(target.start + offset, target.stop + offset)
        if target.start < target.stop:
            total[..., target] += x[..., neighbor]
    return total
