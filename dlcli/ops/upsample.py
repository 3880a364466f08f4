"""Larger images: every pixel repeated, or new ones in between."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register
from dlcli.ops.conv2d import Pair
from dlcli.ops.separable_resize import separable_resize


@register("function", "upsample_nearest2d")
class UpsampleNearest2D(Function):
    """`Y[f_h h + i, f_w w + j] = X[h, w]`; `∂L/∂X` is the sum over what a pixel became.

    x: (N, H, W, C) -> (N, f_h H, f_w W, C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, factor: Pair) -> np.ndarray:
        n, height, width, channels = x.shape
        (down, across) = ctx.factor = factor
        y: np.ndarray = np.empty((n, height, down, width, across, channels), x.dtype)
        y[:] = x[:, :, np.newaxis, :, np.newaxis]
        return y.reshape(n, height * down, width * across, channels)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        n, height, width, channels = grad.shape
        down, across = ctx.factor
        blocks = grad.reshape(n, height // down, down, width // across, across, channels)
        grad_x: np.ndarray = np.add.reduce(blocks, axis=(2, 4))
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 2, 3, 2),), {"factor": (3, 2)})


def upsample_nearest2d(x: Tensor, factor: Pair) -> Tensor:
    """Every pixel repeated.

    Args:
        x: (N, H, W, C).
        factor: how often, (down, across).
    """
    return UpsampleNearest2D.apply(x, factor=factor)


def upsample_bilinear2d(x: Tensor, factor: Pair) -> Tensor:
    """Linear interpolation between the centers of the pixels, constant beyond the outermost.

    A pixel of the result lies at `(i + 1/2)/f − 1/2` of x: what PyTorch calls `align_corners=False`.

    Args:
        x: (N, H, W, C).
        factor: new pixels for each old one, (down, across).
    """
    rows, columns = (_interpolation(length, times, x.dtype) for length, times in zip(x.shape[1:3], factor, strict=True))
    return separable_resize(x, rows, columns)


def _interpolation(length: int, factor: int, dtype: np.dtype[np.floating]) -> np.ndarray:
    """(factor · length, length) the matrix that interpolates along one axis."""
    places = np.clip((np.arange(factor * length) + 0.5) / factor - 0.5, 0, length - 1)
    before = np.minimum(places.astype(np.intp), max(length - 2, 0))
    share = places - before  # of the pixel after
    matrix: np.ndarray = np.zeros((factor * length, length), dtype)
    new = np.arange(factor * length)
    matrix[new, before] = 1 - share
    matrix[new, np.minimum(before + 1, length - 1)] += share.astype(dtype)
    return matrix
