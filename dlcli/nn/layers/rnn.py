"""Simple recurrent layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveInt, Rate, register
from dlcli.kernels import RecurrentActivation
from dlcli.nn.initializers import Initializer
from dlcli.nn.layer import LayerSample
from dlcli.nn.layers.recurrent import Cell, Recurrent, State, state_after


@register("layer", "rnn")
class RNN(Recurrent):
    """Simple recurrent layer `h_t = tanh(x_t W + h_{t−1} U + b)`: (T, D) -> (T, units) (Elman 1990).

    The output is the state after each step. Gradients vanish over long sequences; in gru and lstm the state can bypass
    the tanh. With `activation: relu` and `recurrent_initializer: identity` it remembers much longer (Le et al. 2015,
    arXiv:1504.00941). A second input is the initial state; other layers can read the final one as `<name>.state`.

    Args:
        units: Size of the hidden state.
        bidirectional: Whether a second layer processes the sequence in reverse; the states of both are concatenated.
        layers: Number of stacked layers, each with the states of the previous one as its input.
        dropout: Dropout probability between the layers of the stack.
        activation: Activation function, tanh or relu.
        input_initializer: Initializer of the input weights; null means xavier_normal.
        recurrent_initializer: Initializer of the recurrent weights; null means orthogonal.
    """

    gates: ClassVar[int] = 1

    def __init__(
        self,
        *,
        units: PositiveInt,
        bidirectional: bool = False,
        layers: PositiveInt = 1,
        dropout: Rate = 0.0,
        activation: RecurrentActivation = "tanh",
        input_initializer: Initializer | None = None,
        recurrent_initializer: Initializer | None = None,
    ) -> None:
        super().__init__(units, bidirectional, layers, dropout, input_initializer, recurrent_initializer)
        self.activation: RecurrentActivation = activation

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
        states = ops.rnn(
            x,
            input_weight,
            cell.recurrent_weight,
            cell.bias,
            *start,
            mask=mask,
            reverse=reverse,
            activation=self.activation,
        )
        return states, (state_after(states, reverse, with_gradients),)

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(units=2), ((4, 3),))
        yield LayerSample(cls(units=2, layers=2, bidirectional=True, dropout=0.3), ((3, 2), (8,)))
        yield LayerSample(cls(units=3, activation="relu"), ((3, 2),))
