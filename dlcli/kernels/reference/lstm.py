"""Long short-term memory over whole sequences (Hochreiter & Schmidhuber 1997; forget gate from Gers et al. 2000).

The order of the columns is input (update) gate, forget gate, candidate, output gate, as in PyTorch. A step whose mask
is 0 is padding: the states are passed on unchanged, so values at padded steps have no effect, and the last states (the
first ones in reverse) are those of the last real step.
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


def lstm(
    x: np.ndarray,
    input_weight: np.ndarray,
    recurrent_weight: np.ndarray,
    bias: np.ndarray,
    initial_hidden: np.ndarray | None,
    initial_cell: np.ndarray | None,
    mask: np.ndarray | None,
    reverse: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the states after each step, h then c, and the gates.

    `c_t = Γ_u ∗ c̃ + Γ_f ∗ c_{t−1}` and `h_t = Γ_o ∗ tanh(c_t)` with `Γ_u, Γ_f, Γ_o = σ(x_t W + h_{t−1} U + b)` and
    `c̃ = tanh(x_t W + h_{t−1} U + b)`, where each has separate columns of W, U and b.

    (N, T, D) or tokens (N, T), (D, 4H), (H, 4H), (4H,), (N, H), (N, H), (N, T) -> (2, N, T, H), (N, T, 4H)
    """
    batch, length = x.shape[:2]
    size = len(recurrent_weight)
    gates = input_products(x, input_weight, bias)  # (N, T, 4H), turned into the gates in place
    states = np.empty((2, batch, length, size), gates.dtype)
    hidden = initial_or_zeros(initial_hidden, batch, size, gates.dtype)
    cell = initial_or_zeros(initial_cell, batch, size, gates.dtype)
    for t in time_order(length, reverse):
        # (N, H) @ (H, 4H): the four gates are one product
        gates[:, t] += hidden @ recurrent_weight
        update, forget, candidate, output = np.split(gates[:, t], 4, axis=1)  # views, (N, H) each
        update[:], forget[:], candidate[:], output[:] = (
            sigmoid(update),
            sigmoid(forget),
            tanh(candidate),
            sigmoid(output),
        )
        # The sum passes the gradient back unchanged if the forget gate is 1, without repeated products with a matrix.
        new_cell = update * candidate + forget * cell
        new_hidden = output * tanh(new_cell)
        real = real_steps(mask, t)
        # np.where instead of a product with the mask: values at padded steps may be infinite, and 0 · ∞ is NaN
        cell = new_cell if real is None else np.where(real, new_cell, cell)
        hidden = new_hidden if real is None else np.where(real, new_hidden, hidden)
        states[0, :, t], states[1, :, t] = hidden, cell
    return states, gates


def lstm_backward(
    grad_hidden: np.ndarray,
    grad_cell: np.ndarray | None,
    x: np.ndarray,
    input_weight: np.ndarray,
    recurrent_weight: np.ndarray,
    initial_hidden: np.ndarray | None,
    initial_cell: np.ndarray | None,
    mask: np.ndarray | None,
    reverse: bool,
    states: np.ndarray,
    gates: np.ndarray,
    needs_x: bool = True,
    out: tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None] = (None, None, None),
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Compute gradients of x (None unless `needs_x`), input and recurrent weight, bias, and both initial states.

    `grad_hidden` and `grad_cell` (N, T, H; None for zeros) are the gradients of the states after each step. `states`
    and `gates` are results of the forward pass. The gradients of the weights and the bias are written to `out` if
    given.
    """
    _, batch, length, size = states.shape
    previous_cells = previous_states(states[1], initial_cell, reverse)
    grad_sums = np.empty_like(gates)  # gradients of the arguments of σ and tanh
    hidden_grad = np.zeros((batch, size), states.dtype)
    cell_grad = np.zeros((batch, size), states.dtype)
    for t in reversed(time_order(length, reverse)):
        hidden_grad = hidden_grad + grad_hidden[:, t]
        if grad_cell is not None:
            cell_grad = cell_grad + grad_cell[:, t]
        real = real_steps(mask, t)
        new_hidden_grad = hidden_grad if real is None else np.where(real, hidden_grad, 0)
        new_cell_grad = cell_grad if real is None else np.where(real, cell_grad, 0)
        update, forget, candidate, output = np.split(gates[:, t], 4, axis=1)  # (N, H) each
        # recomputed instead of saved: a tanh is cheaper than another (N, T, H) array in memory
        cell_tanh = tanh(states[1, :, t])
        # The cell has two consumers: the next step, and through tanh the hidden state of this one.
        new_cell_grad = new_cell_grad + tanh_backward(new_hidden_grad * output, cell_tanh)
        grad_sums[:, t] = np.concatenate(
            [
                sigmoid_backward(new_cell_grad * candidate, update),
                sigmoid_backward(new_cell_grad * previous_cells[:, t], forget),
                tanh_backward(new_cell_grad * update, candidate),
                sigmoid_backward(new_hidden_grad * cell_tanh, output),
            ],
            axis=1,
        )
        # (N, 4H) @ (4H, H)
        previous_hidden_grad = grad_sums[:, t] @ recurrent_weight.T
        previous_cell_grad = new_cell_grad * forget
        hidden_grad = previous_hidden_grad if real is None else np.where(real, previous_hidden_grad, hidden_grad)
        cell_grad = previous_cell_grad if real is None else np.where(real, previous_cell_grad, cell_grad)
    # (N, T, 4H) -> (N T, 4H): the gradients of the weights are one product over all steps
    rows = flat(grad_sums)
    return (
        *input_gradients(rows, x, input_weight, needs_x, out[0]),
        linear_grad_weight(flat(previous_states(states[0], initial_hidden, reverse)), rows, out[1]),
        linear_grad_bias(rows, out[2]),
        hidden_grad,
        cell_grad,
    )
