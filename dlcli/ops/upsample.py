"""Upsampling of images: nearest neighbor and bilinear."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register
from dlcli.ops.conv2d import Pair
from dlcli.ops.separable_resize import separable_resize


@register("function", "upsample_nearest2d")
class UpsampleNearest2D(Function):
    """`Y[f_h h + i, f_w w + j] = X[h, w]`; `∂L/∂X` is the sum over the copies of a pixel.

    x: (N, H, W, C) -> (N, f_h H, f_w W, C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, factor: Pair) -> np.ndarray:
        n, height, width, channels = x.shape
        (vertical, horizontal) = ctx.factor = factor
        y: np.ndarray = np.empty((n, height, vertical, width, horizontal, channels), x.dtype)
        y[:] = x[:, :, np.newaxis, :, np.newaxis]
        return y.reshape(n, height * vertical, width * horizontal, channels)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        n, height, width, channels = grad.shape
        vertical, horizontal = ctx.factor
        blocks = grad.reshape(n, height // vertical, vertical, width // horizontal, horizontal, channels)
        grad_x: np.ndarray = np.add.reduce(blocks, axis=(2, 4))
        return grad_x

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 2, 3, 2),), {"factor": (3, 2)})


def upsample_nearest2d(x: Tensor, factor: Pair) -> Tensor:
    """Repeat every pixel.

    Args:
        x: Images, (N, H, W, C).
        factor: Number of repetitions, (vertical, horizontal).
    """
    return UpsampleNearest2D.apply(x, factor=factor)


def upsample_bilinear2d(x: Tensor, factor: Pair) -> Tensor:
    """Interpolate linearly between the centers of the pixels, constant beyond the outermost ones.

    Output pixel i lies at `(i + 1/2)/f − 1/2` of x, PyTorch's `align_corners=False`.

    Args:
        x: Images, (N, H, W, C).
        factor: Number of output pixels for each input pixel, (vertical, horizontal).
    """
    rows, columns = (_interpolation(length, each, x.dtype) for length, each in zip(x.shape[1:3], factor, strict=True))
    return separable_resize(x, rows, columns)


def _interpolation(length: int, factor: int, dtype: np.dtype[np.floating]) -> np.ndarray:
    """Return the matrix (factor · length, length) that interpolates along one axis."""
    positions = np.clip((np.arange(factor * length) + 0.5) / factor - 0.5, 0, length - 1)
    left = np.minimum(positions.astype(np.intp), max(length - 2, 0))
    weight = positions - left  # of the pixel on the right
    matrix: np.ndarray = np.zeros((factor * length, length), dtype)
    outputs = np.arange(factor * length)
    matrix[outputs, left] = 1 - weight
    matrix[outputs, np.minimum(left + 1, length - 1)] += weight.astype(dtype)
    return matrix
