"""Reduction of a sequence to one vector: mean or maximum over its steps, ignoring padding."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "mean_over_time")
class MeanOverTime(Function):
    """`y = Σ_t m_t x_t / Σ_t m_t`; every step gets `g / Σ_t m_t`, padding gets zero.

    x: (N, T, D), mask: (N, T) or None -> (N, D); zeros for sequences of padding only
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
        counts = np.full((len(x), 1), x.shape[1]) if mask is None else mask.sum(axis=1, keepdims=True)  # (N, 1)
        ctx.save(mask)
        ctx.length, ctx.counts = x.shape[1], np.maximum(counts, 1).astype(x.dtype)
        real = x if mask is None else np.where(mask[:, :, None], x, 0)  # not x · m: padding may be NaN
        mean: np.ndarray = real.sum(axis=1) / ctx.counts
        return mean

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, None]:
        (mask,) = ctx.saved
        share = (grad / ctx.counts)[:, None]  # (N, 1, D)
        if mask is None:
            return np.broadcast_to(share, (len(grad), ctx.length, grad.shape[1])), None
        return share * mask[:, :, None], None

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 4, 3), None))
        yield Sample((draw(3, 4, 2), _MASK))


@register("function", "max_over_time")
class MaxOverTime(Function):
    """`y_d = max_t x_td` over the steps without padding; the gradient goes to the first step with the maximum.

    x: (N, T, D), mask: (N, T) or None -> (N, D); zeros for sequences of padding only
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
        real = x if mask is None else np.where(mask[:, :, None], x, -np.inf)
        steps = real.argmax(axis=1)[:, None]  # (N, 1, D)
        largest: np.ndarray = np.take_along_axis(x, steps, axis=1)[:, 0]
        is_real = None if mask is None else mask.any(axis=1, keepdims=True)  # (N, 1)
        ctx.save(steps, is_real)
        ctx.shape_x = x.shape
        return largest if is_real is None else np.where(is_real, largest, 0)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, None]:
        steps, is_real = ctx.saved
        grad_x = np.zeros(ctx.shape_x, grad.dtype)
        np.put_along_axis(grad_x, steps, (grad if is_real is None else grad * is_real)[:, None], axis=1)
        return grad_x, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 4, 3), None))
        yield Sample((draw(3, 4, 2), _MASK))


_MASK = np.array([[True, True, True, True], [True, False, False, False], [False, False, False, False]])


def mean_over_time(x: Tensor, mask: np.ndarray | None = None) -> Tensor:
    """Return the mean vector of each sequence.

    Args:
        x: Sequences, (N, T, D).
        mask: False for padded steps, (N, T); None without padding.
    """
    return MeanOverTime.apply(x, mask)


def max_over_time(x: Tensor, mask: np.ndarray | None = None) -> Tensor:
    """Return the elementwise maximum of each sequence's vectors.

    Args:
        x: Sequences, (N, T, D).
        mask: False for padded steps, (N, T); None without padding.
    """
    return MaxOverTime.apply(x, mask)
