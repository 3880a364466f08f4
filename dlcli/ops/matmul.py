"""Matrix product, also of batches of matrices."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "matmul")
class MatMul(Function):
    """`C = A B`; `∂L/∂A = G Bᵀ`, `∂L/∂B = Aᵀ G`. Leading axes broadcast; vectors are treated as in `np.matmul`.

    a: (..., M, K) or (K,), b: (..., K, N) or (K,) -> (..., M, N), without M or N for vectors
    """

    @staticmethod
    def forward(ctx: Context, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        ctx.save(a, b)
        product: np.ndarray = np.matmul(a, b)
        return product

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        a, b = ctx.saved
        needs_a, needs_b = ctx.needs_grad
        if b.ndim == 1:
            grad = grad[..., None]  # (..., M) -> (..., M, 1)
        if a.ndim == 1:
            grad = grad[..., None, :]  # (..., N) -> (..., 1, N)
        columns = b[:, None] if b.ndim == 1 else b
        rows = a[None, :] if a.ndim == 1 else a
        grad_a = np.matmul(grad, columns.swapaxes(-1, -2)) if needs_a else None
        grad_b = np.matmul(rows.swapaxes(-1, -2), grad) if needs_b else None
        return grad_a, grad_b[..., 0] if grad_b is not None and b.ndim == 1 else grad_b

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(2, 3), draw(3, 4, seed=1)))
        yield Sample((draw(5, 2, 3), draw(3, 4, seed=1)))
        yield Sample((draw(2, 3), draw(3, seed=1)))
        yield Sample((draw(3), draw(2, 3, 4, seed=1)))
        yield Sample((draw(3), draw(3, seed=1)))


def matmul(a: Tensor | np.ndarray, b: Tensor | np.ndarray) -> Tensor:
    """Return the matrix product.

    Args:
        a: Matrices (..., M, K) or vector (K,).
        b: Matrices (..., K, N) or vector (K,).
    """
    return MatMul.apply(a, b)
