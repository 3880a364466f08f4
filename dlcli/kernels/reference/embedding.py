"""Embedding: rows of a weight matrix selected by index, and the gradient of the matrix."""

from __future__ import annotations

import numpy as np


def embedding(weight: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Return `weight[indices]`: (V, D), (...) of integers -> (..., D).

    Raises:
        IndexError: An index is negative or not below V.
    """
    check_indices(indices, len(weight))
    rows: np.ndarray = weight[indices]
    return rows


def embedding_backward(
    grad: np.ndarray, indices: np.ndarray, num_embeddings: int, out: np.ndarray | None = None
) -> np.ndarray:
    """Compute the sum of `grad` for each row, in the order of the indices and in `out` if given.

    (..., D), (...) -> (V, D)

    Raises:
        IndexError: An index is negative or not below V.
    """
    check_indices(indices, num_embeddings)
    size = grad.shape[-1]
    grad_weight = np.empty((num_embeddings, size), grad.dtype) if out is None else out
    grad_weight[:] = 0
    # add.at instead of `+=` with an index array, which would add only once for a repeated index
    np.add.at(grad_weight, indices.reshape(-1), grad.reshape(-1, size))
    return grad_weight


def check_indices(indices: np.ndarray, count: int) -> None:
    """Raise IndexError unless all indices are from 0 to count − 1."""
    if indices.size and (indices.min() < 0 or indices.max() >= count):
        raise IndexError(
            f"expected indices from 0 to {count - 1} of an embedding, got {indices.min()} to {indices.max()}"
        )
