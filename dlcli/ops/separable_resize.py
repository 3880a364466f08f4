"""Separable resizing: each output pixel is a weighted sum of input pixels, vertically and then horizontally."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "separable_resize")
class SeparableResize(Function):
    """`Y = R X Sᵀ` for every channel; `∂L/∂X = Rᵀ G S`. The matrices R and S are constants.

    x: (N, H, W, C), rows: (P, H), columns: (Q, W) -> (N, P, Q, C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        ctx.save(rows, columns)
        return _map_columns(columns, _map_rows(rows, x))

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        rows, columns = ctx.saved
        return _map_rows(rows.T, _map_columns(columns.T, grad)), None, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3, 4, 2), draw(5, 3, seed=1), draw(2, 4, seed=2)), differentiable=(True, False, False))


def separable_resize(x: Tensor, rows: np.ndarray, columns: np.ndarray) -> Tensor:
    """Return weighted sums of the pixels of each image, first vertically, then horizontally.

    Args:
        x: Images, (N, H, W, C).
        rows: Weight of each input row in each output row, (P, H).
        columns: Weight of each input column in each output column, (Q, W).
    """
    return SeparableResize.apply(x, rows, columns)


def _map_rows(matrix: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Apply a matrix (P, H) to the rows of images, (N, H, W, C) -> (N, P, W, C)."""
    n, height, width, channels = x.shape
    product: np.ndarray = matrix @ x.reshape(n, height, width * channels)
    return product.reshape(n, len(matrix), width, channels)


def _map_columns(matrix: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Apply a matrix (Q, W) to the columns of images, (N, H, W, C) -> (N, H, Q, C)."""
    product: np.ndarray = matrix @ x
    return product
