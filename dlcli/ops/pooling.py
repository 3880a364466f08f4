"""Pooling of images with channels last."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw, draw_distinct
from dlcli.core import register

Pair = tuple[int, int]
Sides = tuple[Pair, Pair]
NO_PADDING: Sides = ((0, 0), (0, 0))


@register("function", "max_pool2d")
class MaxPool2D(Function):
    """`Y = max_ij X_ij` over a window; the gradient goes to the first position that holds the maximum.

    x: (N, H, W, C) -> (N, P, Q, C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, window: Pair, stride: Pair, padding: Sides = NO_PADDING) -> np.ndarray:
        y, argmax = kernels.max_pool2d(x, window, stride, padding)
        ctx.geometry = (x.shape[1:3], window, stride, padding)
        ctx.save(argmax)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (argmax,) = ctx.saved
        return kernels.max_pool2d_backward(grad, argmax, *ctx.geometry)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw_distinct(2, 4, 5, 3),), {"window": (2, 2), "stride": (2, 2)})
        yield Sample((draw_distinct(1, 5, 6, 2),), {"window": (3, 2), "stride": (2, 1), "padding": ((1, 0), (1, 1))})


@register("function", "average_pool2d")
class AveragePool2D(Function):
    """`Y = Σ_ij X_ij / count` over the pixels of a window that lie inside the image, without the padding.

    x: (N, H, W, C) -> (N, P, Q, C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, *, window: Pair, stride: Pair, padding: Sides = NO_PADDING) -> np.ndarray:
        ctx.geometry = (x.shape[1:3], window, stride, padding)
        return kernels.average_pool2d(x, window, stride, padding)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        return kernels.average_pool2d_backward(grad, *ctx.geometry)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 4, 5, 3),), {"window": (2, 2), "stride": (2, 2)})
        yield Sample((draw(1, 5, 6, 2),), {"window": (3, 2), "stride": (2, 1), "padding": ((1, 0), (1, 1))})


@register("function", "global_average_pool2d")
class GlobalAveragePool2D(Function):
    """`y = Σ_hw x / (H W)`: one value for each channel of an image.

    x: (N, H, W, C) -> (N, C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        ctx.size = x.shape[1:3]
        return kernels.global_average_pool2d(x)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        return kernels.global_average_pool2d_backward(grad, ctx.size)

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3, 4, 5),))


def max_pool2d(x: Tensor, *, window: Pair, stride: Pair, padding: Sides = NO_PADDING) -> Tensor:
    """Return the maximum of each window, per channel.

    Args:
        x: Images, (N, H, W, C).
        window: Size of a window, (height, width).
        stride: Distance between windows in pixels, (vertical, horizontal).
        padding: Pixels around the images, which are never the maximum, ((top, bottom), (left, right)).
    """
    return MaxPool2D.apply(x, window=window, stride=stride, padding=padding)


def average_pool2d(x: Tensor, *, window: Pair, stride: Pair, padding: Sides = NO_PADDING) -> Tensor:
    """Return the average of each window, per channel.

    Args:
        x: Images, (N, H, W, C).
        window: Size of a window, (height, width).
        stride: Distance between windows in pixels, (vertical, horizontal).
        padding: Pixels around the images, which are excluded from the averages, ((top, bottom), (left, right)).
    """
    return AveragePool2D.apply(x, window=window, stride=stride, padding=padding)


def global_average_pool2d(x: Tensor) -> Tensor:
    """The average of each channel over the image: (N, H, W, C) -> (N, C)."""
    return GlobalAveragePool2D.apply(x)


def global_max_pool2d(x: Tensor) -> Tensor:
    """Return the maximum of each channel of an image, (N, H, W, C) -> (N, C)."""
    n, height, width, channels = x.shape
    return max_pool2d(x, window=(height, width), stride=(1, 1)).reshape(n, channels)
