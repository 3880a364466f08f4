"""Gated recurrent units (Cho et al. 2014) over whole sequences, in two forms.

- `reset_after`: the form of PyTorch and cuDNN. The reset gate multiplies the product with the state,
  `ñ = tanh(x_t W_n + b_n + r ∗ (h_{t−1} U_n + b_hn))`, and the update gate z is the share of the old state:
  `h_t = (1 − z) ∗ ñ + z ∗ h_{t−1}`.
- otherwise ("reset before"): the form of CS 230. The reset gate multiplies the state itself,
  `c̃ = tanh(x_t W_n + (Γ_r ∗ c_{t−1}) U_n + b_n)`, and the update gate is the share of the candidate:
  `c_t = Γ_u ∗ c̃ + (1 − Γ_u) ∗ c_{t−1}`.

In both forms, the gates are `σ(x_t W + h_{t−1} U + b)`, and the order of the columns is reset, update, candidate, as in
PyTorch. A step whose mask is 0 is padding: the state is passed on unchanged, so values at padded steps have no effect,
and the last state (the first one in reverse) is that of the last real step.
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
    """Compute the state after each step, and the values that the backward pass needs.

    The values are r, z, ñ and an operand of the reset gate: its factor `h_{t−1} U_n + b_hn`, or the product
    `Γ_r ∗ c_{t−1}` in the form of CS 230, which has no `candidate_bias` (b_hn; None for zeros).

    (N, T, D) or tokens (N, T), (D, 3H), (H, 3H), (3H,), (H,), (N, H), (N, T) -> (N, T, H), (N, T, 4H)
    """
    batch, length = x.shape[:2]
    size = len(recurrent_weight)
    # The products with the inputs do not depend on the states, so they are one large product over all steps. Only the
    # products with the states must be computed step by step.
    projected = input_products(x, input_weight, bias)  # (N, T, 3H)
    states = np.empty((batch, length, size), projected.dtype)
    gates = np.empty((batch, length, 4 * size), projected.dtype)
    gate_weight, candidate_weight = recurrent_weight[:, : 2 * size], recurrent_weight[:, 2 * size :]
    state = initial_or_zeros(initial_state, batch, size, projected.dtype)
    for t in time_order(length, reverse):
        gate_products, candidate_products = projected[:, t, : 2 * size], projected[:, t, 2 * size :]
        reset, update = np.split(sigmoid(gate_products + state @ gate_weight), 2, axis=1)
        if reset_after:
            # the reset gate multiplies b_hn as well, so b_hn cannot be part of the other bias
            reset_operand = state @ candidate_weight
            if candidate_bias is not None:
                reset_operand += candidate_bias
            candidate = tanh(candidate_products + reset * reset_operand)
            new = (1 - update) * candidate + update * state
        else:
            reset_operand = reset * state
            candidate = tanh(candidate_products + reset_operand @ candidate_weight)
            new = update * candidate + (1 - update) * state
        # saved for the backward pass, so that no product is computed twice
        gates[:, t] = np.concatenate([reset, update, candidate, reset_operand], axis=1)
        real = real_steps(mask, t)
        # np.where instead of a product with the mask: values at padded steps may be infinite, and 0 · ∞ is NaN
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
    """Compute gradients of x (None unless `needs_x`), input and recurrent weight, both biases and the initial state.

    `states` and `gates` are results of the forward pass. The gradients of the weights and biases are written to `out`
    if given. The gradient of the candidate bias is zero in the form of CS 230.
    """
    batch, length, size = states.shape
    previous = previous_states(states, initial_state, reverse)
    gate_weight, candidate_weight = recurrent_weight[:, : 2 * size], recurrent_weight[:, 2 * size :]
    grad_sums = np.empty((batch, length, 3 * size), states.dtype)  # gradients of the arguments of σ and tanh
    grad_products = np.empty((batch, length, size), states.dtype)  # gradients of the products with U_n
    grad_state = np.zeros((batch, size), states.dtype)
    # Backpropagation through time: `grad_state` is the gradient that arrives from the steps after t.
    for t in reversed(time_order(length, reverse)):
        grad_state = grad_state + grad_states[:, t]
        real = real_steps(mask, t)
        # a padded step has no new state, so its gradient passes to the state before, and none of it to the gates
        grad_new = grad_state if real is None else np.where(real, grad_state, 0)
        reset, update, candidate, reset_operand = np.split(gates[:, t], 4, axis=1)  # (N, H) each
        if reset_after:
            grad_candidate = tanh_backward(grad_new * (1 - update), candidate)
            grad_update = sigmoid_backward(grad_new * (previous[:, t] - candidate), update)
            grad_product = grad_candidate * reset
            grad_reset = sigmoid_backward(grad_candidate * reset_operand, reset)
            grad_previous = grad_new * update + grad_product @ candidate_weight.T
        else:
            grad_candidate = tanh_backward(grad_new * update, candidate)
            grad_update = sigmoid_backward(grad_new * (candidate - previous[:, t]), update)
            grad_product = grad_candidate
            grad_reset_operand = grad_candidate @ candidate_weight.T
            grad_reset = sigmoid_backward(grad_reset_operand * previous[:, t], reset)
            grad_previous = grad_new * (1 - update) + grad_reset_operand * reset
        grad_sums[:, t] = np.concatenate([grad_reset, grad_update, grad_candidate], axis=1)
        grad_products[:, t] = grad_product
        grad_previous = grad_previous + grad_sums[:, t, : 2 * size] @ gate_weight.T
        grad_state = grad_previous if real is None else np.where(real, grad_previous, grad_state)

    # (N, T, …) -> (N T, …): the gradients of the weights are sums over all steps, again one large product each. That of
    # U_n is a separate product, since the reset gate is applied before or after it.
    rows, product_rows = flat(grad_sums), flat(grad_products)
    multiplied = previous if reset_after else gates[:, :, 3 * size :]  # operand of U_n
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
