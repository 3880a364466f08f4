"""Gated recurrent units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveInt, Rate, register
from dlcli.nn.initializers import Initializer
from dlcli.nn.layer import LayerSample
from dlcli.nn.layers.recurrent import Cell, Recurrent, State
from dlcli.nn.parameter import Parameter


@register("layer", "gru")
class GRU(Recurrent):
    """Gated recurrent units, the state after each step: (T, D) -> (T, units) (Cho et al. 2014, arXiv:1406.1078).

    - `form: torch`, that of PyTorch and cuDNN: the update gate says what is kept,
      `h_t = (1 − z) ∗ ñ + z ∗ h_{t−1}`, and the reset gate multiplies the product with the state,
      `ñ = tanh(x_t W_n + b_n + r ∗ (h_{t−1} U_n + b_hn))`.
    - `form: notes`, that of the course: the update gate says what is new,
      `c_t = Γ_u ∗ c̃ + (1 − Γ_u) ∗ c_{t−1}`, and the reset gate multiplies the state itself, as in the paper,
      `c̃ = tanh(x_t W_c + (Γ_r ∗ c_{t−1}) U_c + b_c)`.

    In both, the columns of the weights are in the order reset, update, candidate. A second input is the state to start
    from.

    Args:
        units: size of the state.
        bidirectional: whether a second layer reads the sequence from its end; its states stand beside the first one's.
        layers: how many are stacked, each reading the states of the one before.
        dropout: probability of dropping a number between two layers of the stack.
        form: torch or notes.
        keep_bias: where the bias of the update gate starts, with the sign that keeps the state; at log T it remembers
            about T steps from the beginning (Tallec & Ollivier 2018, arXiv:1804.11188).
        input_initializer: how the weights of the input start; null means xavier_normal.
        recurrent_initializer: how the weights of the state start; null means orthogonal.
    """

    gates: ClassVar[int] = 3

    def __init__(
        self,
        *,
        units: PositiveInt,
        bidirectional: bool = False,
        layers: PositiveInt = 1,
        dropout: Rate = 0.0,
        form: Literal["torch", "notes"] = "torch",
        keep_bias: float = 0.0,
        input_initializer: Initializer | None = None,
        recurrent_initializer: Initializer | None = None,
    ) -> None:
        super().__init__(units, bidirectional, layers, dropout, input_initializer, recurrent_initializer)
        self.form = form
        self.keep_bias = keep_bias

    def make_cell(self, features: int, generator: np.random.Generator, dtype: DTypeLike) -> Cell:
        cell = super().make_cell(features, generator, dtype)
        keeps = self.form == "torch"  # whether an open update gate keeps the state, and not what is new
        cell.bias.data[self.units : 2 * self.units] = self.keep_bias if keeps else -self.keep_bias
        if self.form == "torch":
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
    ) -> tuple[Tensor, Sequence[np.ndarray]]:
        states = ops.gru(
            x,
            input_weight,
            cell.recurrent_weight,
            cell.bias,
            cell.candidate_bias,
            *start,
            mask=mask,
            reverse=reverse,
            reset_after=self.form == "torch",
        )
        return states, (states.data[:, 0 if reverse else -1],)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(units=2), ((4, 3),))
        yield LayerSample(cls(units=2, layers=2, bidirectional=True, dropout=0.3), ((3, 2), (8,)))
        yield LayerSample(cls(units=2, form="notes"), ((3, 2), (2,)))
