"""Images of another size, each pixel a weighted sum of the old ones, first down, then across."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "separable_resize")
class SeparableMap2D(Function):
    """`Y = R X Sᵀ` for every channel; `∂L/∂X = Rᵀ G S`. The matrices are given, not trained.

    x: (N, H, W, C), rows: (P, H), columns: (Q, W) -> (N, P, Q, C)
    """

    @staticmethod
    def forward(ctx: Context, x: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        ctx.save(rows, columns)
        return _along_rows(columns, _along_columns(rows, x))

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        rows, columns = ctx.saved
        return _along_columns(rows.T, _along_rows(columns.T, grad)), None, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3, 4, 2), draw(5, 3, seed=1), draw(2, 4, seed=2)), differentiable=(True, False, False))


def separable_resize(x: Tensor, rows: np.ndarray, columns: np.ndarray) -> Tensor:
    """Weighted sums of the pixels of each image, first down, then across.

    Args:
        x: (N, H, W, C).
        rows: (P, H), the weight that each row of x has in each row of the result.
        columns: (Q, W), likewise.
    """
    return SeparableMap2D.apply(x, rows, columns)


def _along_columns(matrix: np.ndarray, x: np.ndarray) -> np.ndarray:
    """(P, H), (N, H, W, C) -> (N, P, W, C)."""
    n, height, width, channels = x.shape
    product: np.ndarray = matrix @ x.reshape(n, height, width * channels)
    return product.reshape(n, len(matrix), width, channels)


def _along_rows(matrix: np.ndarray, x: np.ndarray) -> np.ndarray:
    """(Q, W), (N, H, W, C) -> (N, H, Q, C)."""
    product: np.ndarray = matrix @ x
    return product
