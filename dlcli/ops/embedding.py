"""Embedding: lookup of vectors by index."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "embedding")
class Embedding(Function):
    """`y = E[i]`, the product of a one-hot vector with E; `∂L/∂E[i] = Σ g` over all occurrences of i.

    The row of the padding index, if there is one, gets no gradient and is never changed.

    weight: (V, D), indices: (...) integer -> (..., D)
    """

    @staticmethod
    def forward(
        ctx: Context, weight: np.ndarray, indices: np.ndarray, *, padding_index: int | None = None
    ) -> np.ndarray:
        ctx.save(indices)
        ctx.num_embeddings, ctx.padding_index = len(weight), padding_index
        return kernels.embedding(weight, indices)

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray, None]:
        (indices,) = ctx.saved
        grad_weight = kernels.embedding_backward(grad, indices, ctx.num_embeddings, ctx.out(0))
        if ctx.padding_index is not None:
            grad_weight[ctx.padding_index] = 0
        return grad_weight, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        yield Sample((draw(5, 3), np.array([[4, 0, 1], [0, 0, 2]])), differentiable=(True, False))


def embedding(weight: Tensor, indices: np.ndarray, *, padding_index: int | None = None) -> Tensor:
    """Look up rows of a table.

    Args:
        weight: Table, (V, D).
        indices: Integers from 0 to V − 1, (...).
        padding_index: Index of the row that represents padding and gets no gradient, or None.

    Raises:
        IndexError: An index is out of range.
    """
    return Embedding.apply(weight, indices, padding_index=padding_index)
