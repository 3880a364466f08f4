"""Adaptive pooling to a fixed output size; the sizes of the windows may differ by a pixel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from dlcli.autograd import Context, Function, Sample, Tensor, draw_distinct
from dlcli.core import register
from dlcli.ops.conv2d import Pair
from dlcli.ops.pooling import average_pool2d, max_pool2d
from dlcli.ops.separable_resize import separable_resize


@register("function", "adaptive_max_pool2d")
class AdaptiveMaxPool2D(Function):
    """Maximum of rows `⌊i H/P⌋ … ⌈(i+1) H/P⌉` and columns likewise; the gradient goes to the first maximum.

    x: (N, H, W, C) -> (N, P, Q, C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, size: Pair) -> np.ndarray:
        n, height, width, channels = x.shape
        y: np.ndarray = np.empty((n, *size, channels), x.dtype)
        argmax: np.ndarray = np.empty((n, *size, channels), np.intp)
        for i, j, rows, columns in _windows((height, width), size):
            pixels = x[:, rows, columns].reshape(n, -1, channels)  # (N, window, C)
            argmax[:, i, j] = pixels.argmax(axis=1)
            y[:, i, j] = np.take_along_axis(pixels, argmax[:, np.newaxis, i, j], axis=1)[:, 0]
        ctx.shape_x = x.shape
        ctx.save(argmax)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (argmax,) = ctx.saved
        n, height, width, channels = ctx.shape_x
        grad_x: np.ndarray = np.zeros((n, height, width, channels), grad.dtype)
        for i, j, rows, columns in _windows((height, width), grad.shape[1:3]):
            window = grad_x[:, rows, columns]
            grad_window: np.ndarray = np.zeros((n, window.shape[1] * window.shape[2], channels), grad.dtype)
            np.put_along_axis(grad_window, argmax[:, np.newaxis, i, j], grad[:, np.newaxis, i, j], axis=1)
            window += grad_window.reshape(window.shape)  # neighboring windows may overlap
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw_distinct(2, 5, 7, 3),), {"size": (2, 3)})
        yield Sample((draw_distinct(1, 2, 3, 2),), {"size": (3, 1)})


def adaptive_max_pool2d(x: Tensor, size: Pair) -> Tensor:
    """Return the maximum of each window, per channel.

    Args:
        x: Images, (N, H, W, C).
        size: Height and width of the output, (P, Q).
    """
    window = _even_window(x, size)
    return AdaptiveMaxPool2D.apply(x, size=size) if window is None else max_pool2d(x, window=window, stride=window)


def adaptive_average_pool2d(x: Tensor, size: Pair) -> Tensor:
    """Return the average of each window, per channel.

    Args:
        x: Images, (N, H, W, C).
        size: Height and width of the output, (P, Q).
    """
    window = _even_window(x, size)
    if window is not None:
        return average_pool2d(x, window=window, stride=window)
    rows, columns = (_averages(length, count, x.dtype) for length, count in zip(x.shape[1:3], size, strict=True))
    return separable_resize(x, rows, columns)


def _even_window(x: Tensor, size: Pair) -> Pair | None:
    """Return the (height, width) of the windows if all are equal, else None."""
    (height, width), (rows, columns) = x.shape[1:3], size
    return None if height % rows or width % columns else (height // rows, width // columns)


def _averages(length: int, count: int, dtype: np.dtype[np.floating]) -> np.ndarray:
    """Return the matrix (count, length) that averages each window along one axis."""
    matrix: np.ndarray = np.zeros((count, length), dtype)
    for i, window in enumerate(_along(length, count)):
        matrix[i, window] = 1 / (window.stop - window.start)
    return matrix


def _windows(size: Pair, counts: Pair) -> Iterator[tuple[int, int, slice, slice]]:
    """Yield the output position (i, j) of each window, with its rows and its columns."""
    for i, rows in enumerate(_along(size[0], counts[0])):
        for j, columns in enumerate(_along(size[1], counts[1])):
            yield i, j, rows, columns


def _along(length: int, count: int) -> list[slice]:
    """Return the windows `⌊i n/m⌋ … ⌈(i+1) n/m⌉` along one axis; neighbors overlap by a pixel if n mod m ≠ 0."""
    return [slice(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]
