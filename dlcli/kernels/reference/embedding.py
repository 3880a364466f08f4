"""Rows of a table looked up by number, and gradients added to the rows they came from."""

from __future__ import annotations

import numpy as np


def embedding(weight: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """`weight[indices]`: (V, D), (...) of integers -> (..., D).

    Raises:
        IndexError: an index is negative or not below V.
    """
    check_indices(indices, len(weight))
    rows: np.ndarray = weight[indices]
    return rows


def embedding_backward(
    grad: np.ndarray, indices: np.ndarray, num_embeddings: int, out: np.ndarray | None = None
) -> np.ndarray:
    """`Σ grad` of each row, in the order of the indices: (..., D), (...) -> (V, D); into `out` if given.

    Raises:
        IndexError: an index is negative or not below V.
    """
    check_indices(indices, num_embeddings)
    size = grad.shape[-1]
    grad_weight = np.empty((num_embeddings, size), grad.dtype) if out is None else out
    grad_weight[:] = 0
    # add.at and not `+=` with an index array, which would count an index that occurs twice only once
    np.add.at(grad_weight, indices.reshape(-1), grad.reshape(-1, size))
    return grad_weight


def check_indices(indices: np.ndarray, count: int) -> None:
    """Raise IndexError unless all lie in 0 … count − 1."""
    if indices.size and (indices.min() < 0 or indices.max() >= count):
        raise IndexError(f"indices from {indices.min()} to {indices.max()} into an embedding of {count} rows")
