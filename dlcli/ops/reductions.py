"""Sums and means over axes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.autograd import Axis, Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "sum")
class Sum(Function):
    """Sum over `axis`; each summand gets the gradient of its sum."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, axis: Axis, keepdims: bool) -> np.ndarray:
        ctx.spread = _Spread(x.shape, axis, keepdims)
        total: np.ndarray = np.sum(x, axis=axis, keepdims=keepdims)
        return total

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        spread: _Spread = ctx.spread
        return spread(grad)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3),), {"axis": None, "keepdims": False})
        yield Sample((draw(2, 3, 4),), {"axis": (0, -1), "keepdims": False})
        yield Sample((draw(2, 3),), {"axis": 1, "keepdims": True})


@register("function", "mean")
class Mean(Function):
    """Mean over `axis`; each of the n numbers gets 1/n of the gradient of its mean."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, axis: Axis, keepdims: bool) -> np.ndarray:
        ctx.spread = _Spread(x.shape, axis, keepdims)
        mean: np.ndarray = np.mean(x, axis=axis, keepdims=keepdims)
        return mean

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        spread: _Spread = ctx.spread
        return spread(grad / grad.dtype.type(spread.count))

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3),), {"axis": None, "keepdims": False})
        yield Sample((draw(2, 3, 4),), {"axis": 1, "keepdims": False})


class _Spread:
    """From the gradient of a reduced array to that of the array before."""

    def __init__(self, shape: tuple[int, ...], axis: Axis, keepdims: bool) -> None:
        axes = range(len(shape)) if axis is None else (axis,) if isinstance(axis, int) else axis
        reduced = {position % len(shape) for position in axes}
        self.shape = shape
        self.kept_shape = tuple(1 if position in reduced else size for position, size in enumerate(shape))
        self.count = int(np.prod([shape[position] for position in reduced], dtype=int))
        self.keepdims = keepdims

    def __call__(self, grad: np.ndarray) -> np.ndarray:
        return np.broadcast_to(grad if self.keepdims else grad.reshape(self.kept_shape), self.shape)


def sum(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Sum over `axis` (None: all).

    Args:
        x: any shape.
        axis: axis or axes to sum over.
        keepdims: whether summed axes stay, with size 1.
    """
    return Sum.apply(x, axis=axis, keepdims=keepdims)


def mean(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Mean over `axis` (None: all).

    Args:
        x: any shape.
        axis: axis or axes to average over.
        keepdims: whether averaged axes stay, with size 1.
    """
    return Mean.apply(x, axis=axis, keepdims=keepdims)
