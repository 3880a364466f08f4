"""Long short-term memory (LSTM)."""

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


@register("layer", "lstm")
class LSTM(Recurrent):
    """Long short-term memory, with the hidden state after each step: (T, D) -> (T, units).

    `c_t = Γ_u ∗ c̃ + Γ_f ∗ c_{t−1}` and `h_t = Γ_o ∗ tanh(c_t)`, with `Γ_u, Γ_f, Γ_o = σ(x_t W + h_{t−1} U + b)` and
    `c̃ = tanh(x_t W + h_{t−1} U + b)`; the columns of the weights are in the order Γ_u, Γ_f, c̃, Γ_o. This is the cell of
    CS 230 and of PyTorch (Hochreiter & Schmidhuber 1997; forget gate from Gers et al. 2000). A second input is the
    initial hidden state, a third input the initial cell state; other layers can read the final ones as `<name>.hidden`
    and `<name>.cell`, or both as `<name>.state`.

    Args:
        units: Size of the hidden state.
        bidirectional: Whether a second layer processes the sequence in reverse; the states of both are concatenated.
        layers: Number of stacked layers, each with the states of the previous one as its input.
        dropout: Dropout probability between the layers of the stack.
        forget_bias: Initial bias of the forget gate; at 1 the state is remembered for some steps from the start
            (Jozefowicz et al. 2015), at log T for about T steps (Tallec & Ollivier 2018, arXiv:1804.11188).
        input_initializer: Initializer of the input weights; null means xavier_normal.
        recurrent_initializer: Initializer of the recurrent weights; null means orthogonal.
    """

    gates: ClassVar[int] = 4
    state_names: ClassVar[tuple[str, ...]] = ("hidden", "cell")

    def __init__(
        self,
        *,
        units: PositiveInt,
        bidirectional: bool = False,
        layers: PositiveInt = 1,
        dropout: Rate = 0.0,
        forget_bias: float = 1.0,
        input_initializer: Initializer | None = None,
        recurrent_initializer: Initializer | None = None,
    ) -> None:
        super().__init__(units, bidirectional, layers, dropout, input_initializer, recurrent_initializer)
        self.forget_bias = forget_bias

    def make_cell(self, features: int, generator: np.random.Generator, dtype: DTypeLike) -> Cell:
        cell = super().make_cell(features, generator, dtype)
        cell.bias.data[self.units : 2 * self.units] = self.forget_bias
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
        weights = input_weight, cell.recurrent_weight, cell.bias
        if with_gradients:
            both = ops.lstm(x, *weights, *start, mask=mask, reverse=reverse, with_cells=True)  # (2, N, T, H)
            states, cells = both[0], both[1]
        else:
            arrays: list[np.ndarray] = []  # one array (N, T, H)
            states = ops.lstm(x, *weights, *start, mask=mask, reverse=reverse, on_cells=arrays.append)
            cells = Tensor(arrays[0])
        return states, (state_after(states, reverse, with_gradients), state_after(cells, reverse, with_gradients))

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(units=2), ((4, 3),))
        yield LayerSample(cls(units=2, layers=2, bidirectional=True, dropout=0.3), ((3, 2), (8,), (8,)))
        yield LayerSample(cls(units=2), ((3, 2), (2,)))
