"""Embedding: rows of a weight matrix selected by index, and the gradient of the matrix."""

from __future__ import annotations

import numpy as np


def embedding(weight: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Return `weight[indices]`: (V, D), (...) of integers -> (..., D).

    Raises:
        IndexError: An index is not between 0 and V − 1.
    """
    check_indices(indices, len(weight))
    rows: np.ndarray = weight[indices]
    return rows


def embedding_backward(
    grad: np.ndarray, indices: np.ndarray, num_embeddings: int, out: np.ndarray | None = None
) -> np.ndarray:
    """Compute the gradient of the weight: (..., D), (...) -> (V, D).

    Row i is the sum of `grad` over the positions with index i, added in their order. The result is written to `out` if
    given.

    Raises:
        IndexError: An index is not between 0 and V − 1.
    """
    check_indices(indices, num_embeddings)
    size = grad.shape[-1]
    grad_weight = np.empty((num_embeddings, size), grad.dtype) if out is None else out
    grad_weight[:] = 0
    # np.add.at, since `+=` with an index array would add only once for a repeated index
    np.add.at(grad_weight, indices.reshape(-1), grad.reshape(-1, size))
    return grad_weight


def check_indices(indices: np.ndarray, count: int) -> None:
    """Raise IndexError unless all indices are between 0 and count − 1."""
    if indices.size and (indices.min() < 0 or indices.max() >= count):
        raise IndexError(f"expected embedding indices from 0 to {count - 1}, got {indices.min()} to {indices.max()}")
