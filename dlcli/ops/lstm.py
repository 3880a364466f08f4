"""Long short-term memory over whole sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register
from dlcli.ops.padded_steps import cleared


@register("function", "lstm")
class LSTM(Function):
    """`c_t = Γ_u ∗ c̃ + Γ_f ∗ c_{t−1}`, `h_t = Γ_o ∗ tanh(c_t)` (Hochreiter & Schmidhuber 1997, Gers et al. 2000).

    `Γ_u, Γ_f, Γ_o = σ(x_t W + h_{t−1} U + b)`, `c̃ = tanh(…)` likewise; the columns are in the order Γ_u, Γ_f, c̃, Γ_o.
    Padded steps keep both states. The result is h, or h and c as [0] and [1] with `with_cells`.

    x: (N, T, D) or tokens (N, T), input_weight: (D, 4H), recurrent_weight: (H, 4H), bias: (4H,), initial_hidden and
    initial_cell: (N, H) or None, mask: (N, T) or None -> (N, T, H), or (2, N, T, H)
    """

    @staticmethod
    def forward(
        ctx: Context,
        x: np.ndarray,
        input_weight: np.ndarray,
        recurrent_weight: np.ndarray,
        bias: np.ndarray,
        initial_hidden: np.ndarray | None,
        initial_cell: np.ndarray | None,
        mask: np.ndarray | None,
        *,
        reverse: bool = False,
        with_cells: bool = False,
        on_cells: Callable[[np.ndarray], None] | None = None,
    ) -> np.ndarray:
        x = cleared(x, mask)
        states, gates = kernels.lstm(
            x, input_weight, recurrent_weight, bias, initial_hidden, initial_cell, mask, reverse
        )
        if on_cells is not None:
            on_cells(states[1])
        ctx.reverse, ctx.with_cells = reverse, with_cells
        ctx.save(x, input_weight, recurrent_weight, initial_hidden, initial_cell, mask, states, gates)
        result: np.ndarray = states if with_cells else states[0]
        return result

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        x, input_weight, recurrent_weight, hidden, cell, mask, states, gates = ctx.saved
        needs_x, *needs_weights, needs_hidden, needs_cell, _ = ctx.needs_grad
        out = (ctx.out(1), ctx.out(2), ctx.out(3))
        grad_hidden, grad_cell = grad if ctx.with_cells else (grad, None)
        grad_x, *grads, grad_initial_hidden, grad_initial_cell = kernels.lstm_backward(
            grad_hidden,
            grad_cell,
            x,
            input_weight,
            recurrent_weight,
            hidden,
            cell,
            mask,
            ctx.reverse,
            states,
            gates,
            needs_x,
            out,
        )
        return (
            grad_x,
            *(grad if needs else None for grad, needs in zip(grads, needs_weights, strict=True)),
            grad_initial_hidden if needs_hidden else None,
            grad_initial_cell if needs_cell else None,
            None,
        )

    @staticmethod
    def samples() -> Iterable[Sample]:
        weights = (draw(3, 8, seed=1), draw(2, 8, seed=2), draw(8, seed=3))
        initial = (draw(2, 2, seed=4), draw(2, 2, seed=5))
        mask = np.array([[True, True, True, False], [True, False, False, False]])
        tokens = np.array([[0, 2, 2, 0], [1, 0, 2, 1]])
        yield Sample((draw(2, 4, 3), *weights, None, None, None))
        yield Sample((draw(2, 4, 3), *weights, *initial, mask), {"with_cells": True})
        yield Sample((draw(2, 4, 3), *weights, *initial, mask), {"reverse": True, "with_cells": True})
        yield Sample((tokens, *weights, None, None, None))
        yield Sample((tokens, *weights, *initial, mask), {"reverse": True})


def lstm(
    x: Tensor | np.ndarray,
    input_weight: Tensor,
    recurrent_weight: Tensor,
    bias: Tensor,
    initial_hidden: Tensor | np.ndarray | None = None,
    initial_cell: Tensor | np.ndarray | None = None,
    *,
    mask: np.ndarray | None = None,
    reverse: bool = False,
    with_cells: bool = False,
    on_cells: Callable[[np.ndarray], None] | None = None,
) -> Tensor:
    """Return the hidden state after each step of an LSTM; the final one is at [:, -1], in reverse at [:, 0].

    Args:
        x: Sequences (N, T, D); or integers (N, T) that stand for one-hot vectors, for which rows of `input_weight` are
            looked up (see `embedded_inputs`).
        input_weight: Input weights, (D, 4H), with columns in the order update, forget, candidate, output.
        recurrent_weight: Recurrent weights, (H, 4H), likewise.
        bias: Biases, (4H,), likewise.
        initial_hidden: Initial hidden state, (N, H); None for zeros.
        initial_cell: Initial cell state, (N, H); None for zeros.
        mask: False for padded steps, which keep both states, (N, T); None without padding.
        reverse: Whether the sequence is processed from its end.
        with_cells: Whether to return the cell states too; the result is then (2, N, T, H), hidden states at [0] and
            cell states at [1]. This costs a copy of their gradients.
        on_cells: Callback with the cell states (N, T, H) as a plain array, without gradients.
    """
    return LSTM.apply(
        x,
        input_weight,
        recurrent_weight,
        bias,
        initial_hidden,
        initial_cell,
        mask,
        reverse=reverse,
        with_cells=with_cells,
        on_cells=on_cells,
    )
