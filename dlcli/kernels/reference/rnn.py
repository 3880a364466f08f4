"""Recurrent network of Elman (1990) over whole sequences, with backpropagation through time.

A step whose mask is 0 is padding: the state is passed on unchanged, so values at padded steps have no effect, and the
last state (the first one in reverse) is that of the last real step.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from dlcli.kernels.reference.activations import relu, relu_backward, tanh, tanh_backward
from dlcli.kernels.reference.linear import linear_grad_bias, linear_grad_weight
from dlcli.kernels.reference.sequences import (
    flat,
    initial_or_zeros,
    input_gradients,
    input_products,
    previous_states,
    real_steps,
    time_order,
)

#: activation of the hidden state
RecurrentActivation: TypeAlias = Literal["tanh", "relu"]


def rnn(
    x: np.ndarray,
    input_weight: np.ndarray,
    recurrent_weight: np.ndarray,
    bias: np.ndarray,
    initial_state: np.ndarray | None,
    mask: np.ndarray | None,
    reverse: bool,
    activation: RecurrentActivation = "tanh",
) -> np.ndarray:
    """Compute the state after each step, `h_t = tanh(x_t W + h_{t−1} U + b)`, or with ReLU instead of tanh.

    (N, T, D) or tokens (N, T), (D, H), (H, H), (H,), (N, H), (N, T) -> (N, T, H)
    """
    batch, length = x.shape[:2]
    states = input_products(x, input_weight, bias)  # (N, T, H), turned into the states in place
    activate = tanh if activation == "tanh" else relu
    state = initial_or_zeros(initial_state, batch, len(recurrent_weight), states.dtype)
    for t in time_order(length, reverse):
        new = activate(states[:, t] + state @ recurrent_weight)
        real = real_steps(mask, t)
        # np.where instead of a product with the mask: values at padded steps may be infinite, and 0 · ∞ is NaN
        state = new if real is None else np.where(real, new, state)
        states[:, t] = state
    return states


def rnn_backward(
    grad_states: np.ndarray,
    x: np.ndarray,
    input_weight: np.ndarray,
    recurrent_weight: np.ndarray,
    initial_state: np.ndarray | None,
    mask: np.ndarray | None,
    reverse: bool,
    states: np.ndarray,
    needs_x: bool = True,
    out: tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None] = (None, None, None),
    activation: RecurrentActivation = "tanh",
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Compute gradients of x (None unless `needs_x`), input weight, recurrent weight, bias and initial state.

    `states` is the result of the forward pass. The gradients of the weights and the bias are written to `out` if given.
    """
    batch, length, size = states.shape
    activate_backward = tanh_backward if activation == "tanh" else relu_backward
    grad_sums = np.empty_like(states)  # gradients of the argument of the activation
    grad_state = np.zeros((batch, size), states.dtype)
    for t in reversed(time_order(length, reverse)):
        grad_state = grad_state + grad_states[:, t]
        real = real_steps(mask, t)
        grad_new = grad_state if real is None else np.where(real, grad_state, 0)
        grad_sums[:, t] = activate_backward(grad_new, states[:, t])
        grad_previous = grad_sums[:, t] @ recurrent_weight.T
        grad_state = grad_previous if real is None else np.where(real, grad_previous, grad_state)
    rows = flat(grad_sums)
    return (
        *input_gradients(rows, x, input_weight, needs_x, out[0]),
        linear_grad_weight(flat(previous_states(states, initial_state, reverse)), rows, out[1]),
        linear_grad_bias(rows, out[2]),
        grad_state,
    )
