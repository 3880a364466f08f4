"""Sums and means over axes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.autograd import Axis, Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "sum")
class Sum(Function):
    """Sum over `axis`; each element gets the gradient of its sum."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, axis: Axis, keepdims: bool) -> np.ndarray:
        ctx.expand = _Expansion(x.shape, axis, keepdims)
        total: np.ndarray = np.sum(x, axis=axis, keepdims=keepdims)
        return total

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        expand: _Expansion = ctx.expand
        return expand(grad)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3),), {"axis": None, "keepdims": False})
        yield Sample((draw(2, 3, 4),), {"axis": (0, -1), "keepdims": False})
        yield Sample((draw(2, 3),), {"axis": 1, "keepdims": True})


@register("function", "mean")
class Mean(Function):
    """Mean over `axis`; each of the n elements gets 1/n of the gradient of its mean."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, axis: Axis, keepdims: bool) -> np.ndarray:
        ctx.expand = _Expansion(x.shape, axis, keepdims)
        mean: np.ndarray = np.mean(x, axis=axis, keepdims=keepdims)
        return mean

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        expand: _Expansion = ctx.expand
        return expand(grad / grad.dtype.type(expand.count))

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3),), {"axis": None, "keepdims": False})
        yield Sample((draw(2, 3, 4),), {"axis": 1, "keepdims": False})


class _Expansion:
    """Broadcasting of the gradient of a reduced array to the shape of the array before the reduction."""

    def __init__(self, shape: tuple[int, ...], axis: Axis, keepdims: bool) -> None:
        axes = range(len(shape)) if axis is None else (axis,) if isinstance(axis, int) else axis
        reduced = {position % len(shape) for position in axes}
        self.shape = shape
        self.keepdims_shape = tuple(1 if position in reduced else size for position, size in enumerate(shape))
        self.count = int(np.prod([shape[position] for position in reduced], dtype=int))
        self.keepdims = keepdims

    def __call__(self, grad: np.ndarray) -> np.ndarray:
        return np.broadcast_to(grad if self.keepdims else grad.reshape(self.keepdims_shape), self.shape)


def sum(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the sum over `axis`.

    Args:
        x: Tensor of any shape.
        axis: Axis or axes to sum over; None means all.
        keepdims: Whether the summed axes are kept with size 1.
    """
    return Sum.apply(x, axis=axis, keepdims=keepdims)


def mean(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the mean over `axis`.

    Args:
        x: Tensor of any shape.
        axis: Axis or axes to average over; None means all.
        keepdims: Whether the averaged axes are kept with size 1.
    """
    return Mean.apply(x, axis=axis, keepdims=keepdims)
