"""Shared parts of the recurrent cells: products with the inputs, order of the steps, previous states.

The inputs are vectors (N, T, D) or tokens (N, T), integers that represent one-hot vectors. The product of a one-hot
vector with the weight is a row of the weight, and the gradient of a row is the sum over the steps that selected it.
"""

from __future__ import annotations

import numpy as np

from dlcli.kernels.reference.embedding import check_indices, embedding_backward
from dlcli.kernels.reference.linear import linear, linear_grad_input, linear_grad_weight


def are_tokens(x: np.ndarray) -> bool:
    """Return whether the inputs are integers."""
    return x.dtype.kind in "iu"


def input_products(x: np.ndarray, input_weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Compute `x_t W + b` for every step: (N, T, D) or (N, T), (D, C), (C,) -> (N, T, C).

    Raises:
        IndexError: A token is not between 0 and D − 1.
    """
    if are_tokens(x):
        check_indices(x, len(input_weight))
        # (N, T) -> (N, T, C): a one-hot vector times W is a row of W
        products: np.ndarray = input_weight[x] + bias
        return products
    return linear(flat(x), input_weight, bias).reshape(*x.shape[:2], len(bias))


def input_gradients(
    rows: np.ndarray, x: np.ndarray, input_weight: np.ndarray, needs_x: bool, out: np.ndarray | None
) -> tuple[np.ndarray | None, np.ndarray]:
    """Compute the gradients of x (None for tokens or unless `needs_x`) and W from those of the products, (N T, C)."""
    if are_tokens(x):
        return None, embedding_backward(rows, x.reshape(-1), len(input_weight), out)
    return (
        linear_grad_input(rows, input_weight).reshape(x.shape) if needs_x else None,
        linear_grad_weight(flat(x), rows, out),
    )


def time_order(length: int, reverse: bool) -> range:
    """Return the time steps in the order of computation."""
    return range(length - 1, -1, -1) if reverse else range(length)


def initial_or_zeros(initial: np.ndarray | None, batch: int, size: int, dtype: np.dtype) -> np.ndarray:
    """Return the initial state (N, H), which is zero by default."""
    return np.zeros((batch, size), dtype) if initial is None else initial


def previous_states(states: np.ndarray, initial: np.ndarray | None, reverse: bool) -> np.ndarray:
    """Return the state before each step, from the states after each step: (N, T, H), (N, H) -> (N, T, H)."""
    previous = np.empty_like(states)
    if states.shape[1] == 0:
        return previous
    # in reverse, the step before t is t + 1, and the initial state belongs to the last step
    first, rest, before = (-1, np.s_[:-1], np.s_[1:]) if reverse else (0, np.s_[1:], np.s_[:-1])
    previous[:, first] = 0 if initial is None else initial
    previous[:, rest] = states[:, before]
    return previous


def real_steps(mask: np.ndarray | None, step: int) -> np.ndarray | None:
    """Return which sequences are not padded at a step, (N, T) -> (N, 1); None if there is no mask."""
    return None if mask is None else mask[:, step, None].astype(bool, copy=False)


def flat(sequence: np.ndarray) -> np.ndarray:
    """(N, T, D) -> (N T, D)."""
    return sequence.reshape(-1, sequence.shape[2])
