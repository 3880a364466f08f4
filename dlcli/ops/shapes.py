"""Operations that rearrange elements: reshape, transpose, slice, concatenate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "reshape")
class Reshape(Function):
    """Reshaping; one size may be −1."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, shape: tuple[int, ...]) -> np.ndarray:
        ctx.shape_x = x.shape
        return x.reshape(shape)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        return grad.reshape(ctx.shape_x)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 6),), {"shape": (3, -1)})


@register("function", "transpose")
class Transpose(Function):
    """Permutation of the axes; None reverses them."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, axes: tuple[int, ...] | None) -> np.ndarray:
        ctx.axes = axes
        return x.transpose(axes)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        return grad.transpose(None if ctx.axes is None else np.argsort(np.array(ctx.axes) % grad.ndim))

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3),), {"axes": None})
        yield Sample((draw(2, 3, 4),), {"axes": (2, 0, -2)})


@register("function", "slice")
class Slice(Function):
    """`x[index]`; the gradient is scattered back to the indexed elements, and summed where an element occurs twice."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, index: Any) -> np.ndarray:
        ctx.shape_x = x.shape
        ctx.index = index
        return np.asarray(x[index])

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        grad_x: np.ndarray = np.zeros(ctx.shape_x, grad.dtype)
        parts = ctx.index if isinstance(ctx.index, tuple) else (ctx.index,)
        # indices may repeat an element; slices and masks cannot, and plain assignment is much faster
        if any(isinstance(part, list) or (isinstance(part, np.ndarray) and part.dtype != bool) for part in parts):
            np.add.at(grad_x, ctx.index, grad)
        else:
            grad_x[ctx.index] = grad
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(4, 3),), {"index": (slice(1, None, 2), 0)})
        yield Sample((draw(4, 3),), {"index": np.array([2, 0, 2])})
        yield Sample((draw(4, 3),), {"index": np.array([True, False, False, True])})
        yield Sample((draw(4, 3),), {"index": (Ellipsis, None, -1)})


@register("function", "scatter")
class Scatter(Function):
    """`y[mask] = x`, and 0 elsewhere: the inverse of `x = y[mask]`.

    x: (M, …), mask: (N, …) with M true elements -> (N, …, …)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, mask: np.ndarray) -> np.ndarray:
        ctx.mask = mask
        y: np.ndarray = np.zeros((*mask.shape, *x.shape[1:]), x.dtype)
        y[mask] = x
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        grad_x: np.ndarray = grad[ctx.mask]
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(3, 2),), {"mask": np.array([[True, False], [True, True]])})


@register("function", "concat")
class Concat(Function):
    """Concatenation along an axis."""

    @staticmethod
    def forward(ctx: Context, *arrays: np.ndarray, axis: int) -> np.ndarray:
        ctx.axis = axis
        ctx.ends = np.cumsum([array.shape[axis] for array in arrays])[:-1]
        return np.concatenate(arrays, axis)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(np.split(grad, ctx.ends, ctx.axis))

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3), draw(2, 1, seed=1), draw(2, 2, seed=2)), {"axis": -1})


def reshape(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Reshape a tensor; one size may be −1."""
    return Reshape.apply(x, shape=shape)


def transpose(x: Tensor, axes: tuple[int, ...] | None = None) -> Tensor:
    """Permute the axes; None reverses them."""
    return Transpose.apply(x, axes=axes)


def scatter(x: Tensor, mask: np.ndarray) -> Tensor:
    """Put rows at the true elements of a mask, with zeros elsewhere.

    Args:
        x: Rows, (M, …).
        mask: Mask with M true elements, such as (N, T) for the steps of sequences without padding.
    """
    return Scatter.apply(x, mask=mask)


def concat(tensors: Sequence[Tensor], axis: int = -1) -> Tensor:
    """Concatenate tensors along `axis`; their other axes must be equal."""
    return Concat.apply(*tensors, axis=axis)
