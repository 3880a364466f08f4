"""Gated recurrent unit (GRU)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveInt, Rate, register
from dlcli.nn.initializers import Initializer
from dlcli.nn.layer import LayerSample
from dlcli.nn.layers.recurrent import Cell, Recurrent, State, state_after
from dlcli.nn.parameter import Parameter


@register("layer", "gru")
class GRU(Recurrent):
    """Gated recurrent unit, with the state after each step: (T, D) -> (T, units) (Cho et al. 2014, arXiv:1406.1078).

    - `reset_after: true`, the form of PyTorch, Keras and cuDNN: the reset gate multiplies the state times its weights,
      `ñ = tanh(x_t W_n + b_n + r ∗ (h_{t−1} U_n + b_hn))`, and the update gate weights the old state,
      `h_t = (1 − z) ∗ ñ + z ∗ h_{t−1}`.
    - `reset_after: false`, the form of CS 230: the reset gate multiplies the state itself, as in the paper,
      `c̃ = tanh(x_t W_c + (Γ_r ∗ c_{t−1}) U_c + b_c)`, and the update gate weights the new state,
      `c_t = Γ_u ∗ c̃ + (1 − Γ_u) ∗ c_{t−1}`.

    In both, the columns of the weights are in the order reset, update, candidate. A second input is the initial state;
    other layers can read the final one as `<name>.state`.

    Args:
        units: Size of the hidden state.
        bidirectional: Whether a second layer processes the sequence in reverse; the states of both are concatenated.
        layers: Number of stacked layers, each with the states of the previous one as its input.
        dropout: Dropout probability between the layers of the stack.
        reset_after: Whether the reset gate applies after the product with the state, or to the state before it.
        forget_bias: Initial bias of the update gate, with the sign that keeps the state; at log T the state is
            remembered for about T steps from the start (Tallec & Ollivier 2018, arXiv:1804.11188).
        input_initializer: Initializer of the input weights; null means xavier_normal.
        recurrent_initializer: Initializer of the recurrent weights; null means orthogonal.
    """

    gates: ClassVar[int] = 3

    def __init__(
        self,
        *,
        units: PositiveInt,
        bidirectional: bool = False,
        layers: PositiveInt = 1,
        dropout: Rate = 0.0,
        reset_after: bool = True,
        forget_bias: float = 0.0,
        input_initializer: Initializer | None = None,
        recurrent_initializer: Initializer | None = None,
    ) -> None:
        super().__init__(units, bidirectional, layers, dropout, input_initializer, recurrent_initializer)
        self.reset_after = reset_after
        self.forget_bias = forget_bias

    def make_cell(self, features: int, generator: np.random.Generator, dtype: DTypeLike) -> Cell:
        cell = super().make_cell(features, generator, dtype)
        # an open update gate (z = 1) keeps the old state in one form and takes the new state in the other
        cell.bias.data[self.units : 2 * self.units] = self.forget_bias if self.reset_after else -self.forget_bias
        if self.reset_after:
            cell.candidate_bias = Parameter(np.zeros(self.units, dtype), decay=False)
        return cell

    def run(
        self,
        cell: Cell,
        x: Tensor | np.ndarray,
        input_weight: Tensor,
        start: Sequence[State],
        mask: np.ndarray | None,
        reverse: bool,
        with_gradients: bool,
    ) -> tuple[Tensor, Sequence[Tensor]]:
        states = ops.gru(
            x,
            input_weight,
            cell.recurrent_weight,
            cell.bias,
            cell.candidate_bias,
            *start,
            mask=mask,
            reverse=reverse,
            reset_after=self.reset_after,
        )
        return states, (state_after(states, reverse, with_gradients),)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(units=2), ((4, 3),))
        yield LayerSample(cls(units=2, layers=2, bidirectional=True, dropout=0.3), ((3, 2), (8,)))
        yield LayerSample(cls(units=2, reset_after=False), ((3, 2), (2,)))
