"""A layer of gated recurrent units, over whole sequences."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register


@register("function", "gru")
class GRU(Function):
    """`h_t = (1 − z) ∗ ñ + z ∗ h_{t−1}` (`reset_after`), or `c_t = Γ_u ∗ c̃ + (1 − Γ_u) ∗ c_{t−1}` (CS 230).

    PyTorch's form (`reset_after`): `r, z = σ(x_t W + h_{t−1} U + b)`,
    `ñ = tanh(x_t W_n + b_n + r ∗ (h_{t−1} U_n + b_hn))`. That of the CS 230 notes: `Γ_r, Γ_u` likewise,
    `c̃ = tanh(x_t W_n + (Γ_r ∗ c_{t−1}) U_n + b_n)`, and no b_hn. The columns are in the order reset, update, candidate.
    A padded step passes the state on (Cho et al. 2014).

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
        needs_x, *needed, needs_state, _ = ctx.needs_grad
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
        kept = [found if needs else None for found, needs in zip(grads, needed, strict=True)]
        return grad_x, *kept, grad_state if needs_state else None, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        weights = (draw(3, 6, seed=1), draw(2, 6, seed=2), draw(6, seed=3))
        mask = np.array([[True, True, True, False], [True, False, False, False]])
        tokens = np.array([[0, 2, 2, 0], [1, 0, 2, 1]])
        for form, bias in ((True, draw(2, seed=4)), (False, None)):
            yield Sample((draw(2, 4, 3), *weights, None, None, None), {"reset_after": form})
            yield Sample((draw(2, 4, 3), *weights, bias, draw(2, 2, seed=5), mask), {"reset_after": form})
            yield Sample(
                (draw(2, 4, 3), *weights, bias, draw(2, 2, seed=5), mask), {"reset_after": form, "reverse": True}
            )
            yield Sample((tokens, *weights, bias, draw(2, 2, seed=5), mask), {"reset_after": form, "reverse": True})


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
    """The state after each step of gated recurrent units; that after the last one is at [:, -1], in reverse at [:, 0].

    Args:
        x: (N, T, D); or (N, T), integers that stand for one-hot vectors, for which rows of `input_weight` are looked up
            (see `embedded_inputs`).
        input_weight: (D, 3H), the columns in the order reset, update, candidate.
        recurrent_weight: (H, 3H), likewise.
        bias: (3H,), likewise.
        candidate_bias: (H,), inside what the reset gate multiplies; None for zeros, and when not `reset_after`.
        initial_state: (N, H); None for zeros.
        mask: (N, T), False where a sequence is padded: its state is passed on there; None when none is.
        reverse: whether the sequence is read from its end.
        reset_after: PyTorch's form, where the reset gate multiplies the product with the state and the update gate
            says what is kept; False for that of the CS 230 notes, where the reset gate multiplies the state and the
            update gate says what is new.

    Raises:
        ValueError: a candidate bias is given to the form that has none.
    """
    if candidate_bias is not None and not reset_after:
        raise ValueError("candidate_bias belongs to the form with reset_after")
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
