"""Gated recurrent units over whole sequences."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register
from dlcli.ops.padded_steps import cleared


@register("function", "gru")
class GRU(Function):
    """`h_t = (1 − z) ∗ ñ + z ∗ h_{t−1}` (`reset_after`), or `c_t = Γ_u ∗ c̃ + (1 − Γ_u) ∗ c_{t−1}` (CS 230).

    PyTorch's form (`reset_after`): `r, z = σ(x_t W + h_{t−1} U + b)`,
    `ñ = tanh(x_t W_n + b_n + r ∗ (h_{t−1} U_n + b_hn))`. The form of CS 230: `Γ_r, Γ_u` likewise,
    `c̃ = tanh(x_t W_n + (Γ_r ∗ c_{t−1}) U_n + b_n)`, without b_hn. The columns are in the order reset, update,
    candidate. Padded steps keep the state (Cho et al. 2014).

    x: (N, T, D) or tokens (N, T), input_weight: (D, 3H), recurrent_weight: (H, 3H), bias: (3H,), candidate_bias b_hn:
    (H,) or None, initial_state: (N, H) or None, mask: (N, T) or None -> (N, T, H)
    """

    @staticmethod
    def forward(
        ctx: Context,
        x: np.ndarray,
        input_weight: np.ndarray,
        recurrent_weight: np.ndarray,
        bias: np.ndarray,
        candidate_bias: np.ndarray | None,
        initial_state: np.ndarray | None,
        mask: np.ndarray | None,
        *,
        reverse: bool = False,
        reset_after: bool = True,
    ) -> np.ndarray:
        x = cleared(x, mask)
        states, gates = kernels.gru(
            x, input_weight, recurrent_weight, bias, candidate_bias, initial_state, mask, reverse, reset_after
        )
        ctx.form = reverse, reset_after
        ctx.save(x, input_weight, recurrent_weight, initial_state, mask, states, gates)
        return states

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        x, input_weight, recurrent_weight, initial_state, mask, states, gates = ctx.saved
        reverse, reset_after = ctx.form
        needs_x, *needs_weights, needs_state, _ = ctx.needs_grad
        out = (ctx.out(1), ctx.out(2), ctx.out(3), ctx.out(4))
        grad_x, *grads, grad_state = kernels.gru_backward(
            grad,
            x,
            input_weight,
            recurrent_weight,
            initial_state,
            mask,
            reverse,
            reset_after,
            states,
            gates,
            needs_x,
            out,
        )
        grad_weights = [grad if needs else None for grad, needs in zip(grads, needs_weights, strict=True)]
        return grad_x, *grad_weights, grad_state if needs_state else None, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        weights = (draw(3, 6, seed=1), draw(2, 6, seed=2), draw(6, seed=3))
        mask = np.array([[True, True, True, False], [True, False, False, False]])
        tokens = np.array([[0, 2, 2, 0], [1, 0, 2, 1]])
        for reset_after, bias in ((True, draw(2, seed=4)), (False, None)):
            options = {"reset_after": reset_after}
            yield Sample((draw(2, 4, 3), *weights, None, None, None), options)
            yield Sample((draw(2, 4, 3), *weights, bias, draw(2, 2, seed=5), mask), options)
            yield Sample((draw(2, 4, 3), *weights, bias, draw(2, 2, seed=5), mask), {**options, "reverse": True})
            yield Sample((tokens, *weights, bias, draw(2, 2, seed=5), mask), {**options, "reverse": True})


def gru(
    x: Tensor | np.ndarray,
    input_weight: Tensor,
    recurrent_weight: Tensor,
    bias: Tensor,
    candidate_bias: Tensor | None = None,
    initial_state: Tensor | np.ndarray | None = None,
    *,
    mask: np.ndarray | None = None,
    reverse: bool = False,
    reset_after: bool = True,
) -> Tensor:
    """Return the state after each step of gated recurrent units; the final one is at [:, -1], in reverse at [:, 0].

    Args:
        x: Sequences (N, T, D); or integers (N, T) that stand for one-hot vectors, for which rows of `input_weight` are
            looked up (see `embedded_inputs`).
        input_weight: Input weights, (D, 3H), with columns in the order reset, update, candidate.
        recurrent_weight: Recurrent weights, (H, 3H), likewise.
        bias: Biases, (3H,), likewise.
        candidate_bias: Recurrent bias of the candidate, which the reset gate multiplies, (H,); None for zeros and
            without `reset_after`.
        initial_state: Initial state, (N, H); None for zeros.
        mask: False for padded steps, which keep the state, (N, T); None without padding.
        reverse: Whether the sequence is processed from its end.
        reset_after: Whether to use PyTorch's form, in which the reset gate multiplies the state times its weights and
            the update gate weights the old state; False is the form of CS 230, in which the reset gate multiplies the
            state and the update gate weights the candidate.

    Raises:
        ValueError: There is a candidate bias, but `reset_after` is false.
    """
    if candidate_bias is not None and not reset_after:
        raise ValueError("expected candidate_bias only with reset_after")
    return GRU.apply(
        x,
        input_weight,
        recurrent_weight,
        bias,
        candidate_bias,
        initial_state,
        mask,
        reverse=reverse,
        reset_after=reset_after,
    )
