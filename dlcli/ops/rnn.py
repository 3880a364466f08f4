"""Simple recurrent layer over whole sequences."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Context, Function, Sample, Tensor, draw
from dlcli.core import register
from dlcli.kernels import RecurrentActivation
from dlcli.ops.padded_steps import cleared


@register("function", "rnn")
class RNN(Function):
    """`h_t = tanh(x_t W + h_{t−1} U + b)`; padded steps keep the state (Elman 1990).

    The gradient is backpropagation through time (Werbos 1990).
    With `s_t = x_t W + h_{t−1} U + b`: `∂L/∂s_t = (g_t + ∂L/∂s_{t+1} Uᵀ) (1 − h_t²)`, `∂L/∂U = Σ_t h_{t−1}ᵀ ∂L/∂s_t`.
    With ReLU instead of tanh, the last factor is 1 where h_t > 0, else 0 (Le et al. 2015, arXiv:1504.00941).

    x: (N, T, D) or tokens (N, T), input_weight: (D, H), recurrent_weight: (H, H), bias: (H,), initial_state: (N, H) or
    None, mask: (N, T) or None -> (N, T, H)
    """

    @staticmethod
    def forward(
        ctx: Context,
        x: np.ndarray,
        input_weight: np.ndarray,
        recurrent_weight: np.ndarray,
        bias: np.ndarray,
        initial_state: np.ndarray | None,
        mask: np.ndarray | None,
        *,
        reverse: bool = False,
        activation: RecurrentActivation = "tanh",
    ) -> np.ndarray:
        x = cleared(x, mask)
        # omitted for tanh: the native kernel only has tanh, and passes calls with an activation to the reference
        options = () if activation == "tanh" else (activation,)
        states = kernels.rnn(x, input_weight, recurrent_weight, bias, initial_state, mask, reverse, *options)
        ctx.reverse, ctx.options = reverse, options
        ctx.save(x, input_weight, recurrent_weight, initial_state, mask, states)
        return states

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        x, input_weight, recurrent_weight, initial_state, mask, states = ctx.saved
        needs_x, *needs_weights, needs_state, _ = ctx.needs_grad
        out = (ctx.out(1), ctx.out(2), ctx.out(3))
        grad_x, *grads, grad_state = kernels.rnn_backward(
            grad,
            x,
            input_weight,
            recurrent_weight,
            initial_state,
            mask,
            ctx.reverse,
            states,
            needs_x,
            out,
            *ctx.options,
        )
        grad_weights = [grad if needs else None for grad, needs in zip(grads, needs_weights, strict=True)]
        return grad_x, *grad_weights, grad_state if needs_state else None, None

    @staticmethod
    def samples() -> Iterable[Sample]:
        weights = (draw(3, 2, seed=1), draw(2, 2, seed=2), draw(2, seed=3))
        mask = np.array([[True, True, True, False], [True, False, False, False]])
        tokens = np.array([[0, 2, 2, 0], [1, 0, 2, 1]])
        yield Sample((draw(2, 4, 3), *weights, None, None))
        yield Sample((draw(2, 4, 3), *weights, draw(2, 2, seed=4), mask))
        yield Sample((draw(2, 4, 3), *weights, draw(2, 2, seed=4), mask), {"reverse": True})
        yield Sample((draw(2, 4, 3), *weights, draw(2, 2, seed=4), mask), {"activation": "relu"})
        yield Sample((tokens, *weights, None, None))
        yield Sample((tokens, *weights, draw(2, 2, seed=4), mask), {"reverse": True})


def rnn(
    x: Tensor | np.ndarray,
    input_weight: Tensor,
    recurrent_weight: Tensor,
    bias: Tensor,
    initial_state: Tensor | np.ndarray | None = None,
    *,
    mask: np.ndarray | None = None,
    reverse: bool = False,
    activation: RecurrentActivation = "tanh",
) -> Tensor:
    """Return the state after each step of a recurrent layer; the final state is at [:, -1], in reverse at [:, 0].

    Args:
        x: Sequences (N, T, D); or integers (N, T) that stand for one-hot vectors, for which rows of `input_weight` are
            looked up (see `embedded_inputs`).
        input_weight: Input weights, (D, H).
        recurrent_weight: Recurrent weights, (H, H).
        bias: Bias, (H,).
        initial_state: Initial state, (N, H); None for zeros.
        mask: False for padded steps, which keep the state, (N, T); None without padding.
        reverse: Whether the sequence is processed from its end.
        activation: Activation function, tanh or relu.
    """
    return RNN.apply(
        x, input_weight, recurrent_weight, bias, initial_state, mask, reverse=reverse, activation=activation
    )
