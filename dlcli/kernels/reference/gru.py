"""Gated recurrent units (Cho et al. 2014) over whole sequences, in the two forms that are in use.

- `reset_after`: PyTorch's and cuDNN's. The reset gate acts on the product with the state,
  `ñ = tanh(x_t W_n + b_n + r ∗ (h_{t−1} U_n + b_hn))`, and the update gate z says what is kept:
  `h_t = (1 − z) ∗ ñ + z ∗ h_{t−1}`.
- otherwise: that of the CS 230 notes. The reset gate acts on the state itself,
  `c̃ = tanh(x_t W_n + (Γ_r ∗ c_{t−1}) U_n + b_n)`, and the update gate says what is new:
  `c_t = Γ_u ∗ c̃ + (1 − Γ_u) ∗ c_{t−1}`.

In both, both gates are `σ(x_t W + h_{t−1} U + b)`, and the columns stand in the order reset, update, candidate, as in
PyTorch. A step whose mask is 0 is padding: the state before it is passed on unchanged, so what stands there changes
nothing, and the last state (the first one in reverse) is that of the last real step.
"""

from __future__ import annotations

import numpy as np

from dlcli.kernels.reference.activations import sigmoid, sigmoid_backward, tanh, tanh_backward
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


def gru(
    x: np.ndarray,
    input_weight: np.ndarray,
    recurrent_weight: np.ndarray,
    bias: np.ndarray,
    candidate_bias: np.ndarray | None,
    initial_state: np.ndarray | None,
    mask: np.ndarray | None,
    reverse: bool,
    reset_after: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """The state after each step, and what backward needs of the gates.

    The gates are r, z, ñ and what the reset gate took part in: `h_{t−1} U_n + b_hn`, or `Γ_r ∗ c_{t−1}` in the notes'
    form, which has no `candidate_bias` (b_hn; None for zeros).

    (N, T, D) or tokens (N, T), (D, 3H), (H, 3H), (3H,), (H,), (N, H), (N, T) -> (N, T, H), (N, T, 4H)
    """
    batch, length = x.shape[:2]
    size = len(recurrent_weight)
    # The products with the inputs do not depend on the states, so they are one large product over all steps; only the
    # products with the states must be taken step by step.
    projected = input_products(x, input_weight, bias)  # (N, T, 3H)
    states = np.empty((batch, length, size), projected.dtype)
    gates = np.empty((batch, length, 4 * size), projected.dtype)
    gate_weight, candidate_weight = recurrent_weight[:, : 2 * size], recurrent_weight[:, 2 * size :]
    state = initial_or_zeros(initial_state, batch, size, projected.dtype)
    for t in time_order(length, reverse):
        of_gates, of_candidate = projected[:, t, : 2 * size], projected[:, t, 2 * size :]
        reset, update = np.split(sigmoid(of_gates + state @ gate_weight), 2, axis=1)
        if reset_after:
            # b_hn is inside of what the reset gate multiplies, which is why it cannot be part of the other bias.
            under_reset = state @ candidate_weight
            if candidate_bias is not None:
                under_reset += candidate_bias
            candidate = tanh(of_candidate + reset * under_reset)
            new = (1 - update) * candidate + update * state
        else:
            under_reset = reset * state
            candidate = tanh(of_candidate + under_reset @ candidate_weight)
            new = update * candidate + (1 - update) * state
        # Kept for backward: all that it needs apart from the states, so that no product is computed twice.
        gates[:, t] = np.concatenate([reset, update, candidate, under_reset], axis=1)
        real = real_steps(mask, t)
        # np.where and not a product with the mask: what stands at padded steps may be infinite, and 0 · ∞ is NaN.
        state = new if real is None else np.where(real, new, state)
        states[:, t] = state
    return states, gates


def gru_backward(
    grad_states: np.ndarray,
    x: np.ndarray,
    input_weight: np.ndarray,
    recurrent_weight: np.ndarray,
    initial_state: np.ndarray | None,
    mask: np.ndarray | None,
    reverse: bool,
    reset_after: bool,
    states: np.ndarray,
    gates: np.ndarray,
    needs_x: bool = True,
    out: tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None, np.ndarray | None] = (None, None, None, None),
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of x (None unless `needs_x`), input and recurrent weight, bias, candidate bias and initial state.

    `states` and `gates` are those of the forward pass; the gradients of the weights and the biases are written into
    `out` if given. That of the candidate bias is zero in the notes' form.
    """
    batch, length, size = states.shape
    previous = previous_states(states, initial_state, reverse)
    gate_weight, candidate_weight = recurrent_weight[:, : 2 * size], recurrent_weight[:, 2 * size :]
    grad_sums = np.empty((batch, length, 3 * size), states.dtype)  # of what goes into r, z and ñ
    grad_products = np.empty((batch, length, size), states.dtype)  # of the product with U_n
    grad_state = np.zeros((batch, size), states.dtype)
    # Backpropagation through time: `grad_state` is the gradient that arrives from the steps after t.
    for t in reversed(time_order(length, reverse)):
        grad_state = grad_state + grad_states[:, t]
        real = real_steps(mask, t)
        # A padded step made no new state, so nothing of its gradient goes to the gates; all of it goes to the state
        # before.
        grad_new = grad_state if real is None else np.where(real, grad_state, 0)
        reset, update, candidate, under_reset = np.split(gates[:, t], 4, axis=1)  # (N, H) each
        if reset_after:
            grad_candidate = tanh_backward(grad_new * (1 - update), candidate)
            grad_update = sigmoid_backward(grad_new * (previous[:, t] - candidate), update)
            grad_product = grad_candidate * reset
            grad_reset = sigmoid_backward(grad_candidate * under_reset, reset)
            grad_previous = grad_new * update + grad_product @ candidate_weight.T
        else:
            grad_candidate = tanh_backward(grad_new * update, candidate)
            grad_update = sigmoid_backward(grad_new * (candidate - previous[:, t]), update)
            grad_product = grad_candidate
            grad_under_reset = grad_candidate @ candidate_weight.T
            grad_reset = sigmoid_backward(grad_under_reset * previous[:, t], reset)
            grad_previous = grad_new * (1 - update) + grad_under_reset * reset
        grad_sums[:, t] = np.concatenate([grad_reset, grad_update, grad_candidate], axis=1)
        grad_products[:, t] = grad_product
        grad_previous = grad_previous + grad_sums[:, t, : 2 * size] @ gate_weight.T
        grad_state = grad_previous if real is None else np.where(real, grad_previous, grad_state)

    # (N, T, …) -> (N T, …): the gradients of the weights are sums over all steps, again one large product each. The
    # candidate has a product of its own, since the reset gate stands between it and the sum.
    rows, product_rows = flat(grad_sums), flat(grad_products)
    multiplied = previous if reset_after else gates[:, :, 3 * size :]  # by U_n
    grad_recurrent_weight = np.empty_like(recurrent_weight) if out[1] is None else out[1]
    grad_recurrent_weight[:, : 2 * size] = linear_grad_weight(flat(previous), rows[:, : 2 * size])
    grad_recurrent_weight[:, 2 * size :] = linear_grad_weight(flat(multiplied), product_rows)
    grad_candidate_bias = np.empty(size, states.dtype) if out[3] is None else out[3]
    grad_candidate_bias[:] = linear_grad_bias(product_rows) if reset_after else 0
    return (
        *input_gradients(rows, x, input_weight, needs_x, out[0]),
        grad_recurrent_weight,
        linear_grad_bias(rows, out[2]),
        grad_candidate_bias,
        grad_state,
    )
