"""What the recurrent layers share: stacks, both directions, padding, and states that go from batch to batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import ConfigError
from dlcli.nn.initializers import Initializer, Orthogonal, XavierNormal, initial_weights
from dlcli.nn.layer import Shape, ShapeError
from dlcli.nn.module import Module
from dlcli.nn.padding import padding_mask
from dlcli.nn.parameter import Parameter
from dlcli.nn.stateful import Stateful

#: what a sequence starts from, (N, H): a tensor, an array through which no gradient flows, or None for zeros
State: TypeAlias = Tensor | np.ndarray | None


class Cell(Module):
    """The weights with which one layer of a stack reads its input in one direction.

    Args:
        input_weight: (D, G·H), for each of the G gates H columns.
        recurrent_weight: (H, G·H).
        bias: (G·H,).
        candidate_bias: (H,), in PyTorch's form of the GRU only.
    """

    def __init__(
        self, input_weight: Parameter, recurrent_weight: Parameter, bias: Parameter, candidate_bias: Parameter | None
    ) -> None:
        self.input_weight = input_weight
        self.recurrent_weight = recurrent_weight
        self.bias = bias
        self.candidate_bias = candidate_bias


class Recurrent(Stateful):
    """Base of the recurrent layers: the state after each step, (N, T, D) -> (N, T, H), or 2H in both directions.

    A step that is padded is passed over: it changes no state and gets no gradient, and what stands there in the result
    means nothing. A second input, if there is one, is the state that the sequences start from: (L·H,) for L layers side
    by side, for each layer forwards before backwards. Without it they start from zeros, or from where the batch before
    ended (`stateful`).

    Args:
        units: H, size of the state.
        bidirectional: whether the sequence is also read from its end, by weights of its own.
        layers: how many of them are stacked, each reading the states of the one before.
        dropout: probability with which a number between two layers of the stack is dropped.
        input_initializer: how the weights of the input start.
        recurrent_initializer: how those of the state start.
    """

    num_inputs: ClassVar[int | None] = None
    needs_lengths: ClassVar[bool] = True

    #: blocks of columns in the weights
    gates: ClassVar[int]
    #: the states of a step, the one that is the result first
    state_names: ClassVar[tuple[str, ...]] = ("hidden",)

    #: called with the name of a cell and its states after each step, and gives the states to go on with: for who wants
    #: to look inside; much slower than None
    on_step: Callable[[str, tuple[Tensor, ...]], tuple[Tensor, ...]] | None = None

    def __init__(
        self,
        units: int,
        bidirectional: bool,
        layers: int,
        dropout: float,
        input_initializer: Initializer | None,
        recurrent_initializer: Initializer | None,
    ) -> None:
        self.units = units
        self.layers = layers
        self.dropout = dropout
        self.directions = (False, True) if bidirectional else (False,)
        self.input_initializer = input_initializer or XavierNormal()
        self.recurrent_initializer = recurrent_initializer or Orthogonal()
        self.cells: dict[str, Cell] = {}

    def output_shape(self, *input_shapes: Shape) -> Shape:
        steps, *states = input_shapes
        if len(steps) != 2:
            tokens = "; tokens go through an embedding first" if len(steps) == 1 else ""
            raise ShapeError(f"it takes the steps of a sequence, each a vector: (T, D), not {steps}{tokens}")
        if len(states) > len(self.state_names):
            raise ShapeError(f"besides the sequence it takes {' and '.join(self.state_names)} state, not {len(states)}")
        width = self.layers * len(self.directions) * self.units
        for name, shape in zip(self.state_names, states, strict=False):
            if shape != (width,):
                product = f"{self.layers} layers × {len(self.directions)} directions × {self.units} units = {width}"
                raise ShapeError(f"its first {name} state is {shape}, it needs {product} numbers")
        return steps[0], len(self.directions) * self.units

    def children(self) -> dict[str, Module]:
        return dict(self.cells)

    def build(self, *input_shapes: Shape, generator: np.random.Generator, dtype: DTypeLike) -> None:
        features = input_shapes[0][1]
        self.cells = {}
        for layer in range(self.layers):
            for reverse in self.directions:
                name = f"layer_{layer + 1}{'_reverse' if reverse else ''}"
                self.cells[name] = self.make_cell(features, generator, dtype)
            # the next layer reads the states of both directions side by side
            features = len(self.directions) * self.units

    def make_cell(self, features: int, generator: np.random.Generator, dtype: DTypeLike) -> Cell:
        """New weights: the gates are drawn one by one, as each is a layer of its own; biases start at 0."""

        def weight(rows: int, initializer: Initializer) -> Parameter:
            shape = (rows, self.units)
            blocks = [
                initial_weights(initializer, shape, fan_in=rows, fan_out=self.units, generator=generator, dtype=dtype)
                for _ in range(self.gates)
            ]
            return Parameter(np.concatenate(blocks, axis=1))

        return Cell(
            weight(features, self.input_initializer),
            weight(self.units, self.recurrent_initializer),
            Parameter(np.zeros(self.gates * self.units, dtype), decay=False),
            None,
        )

    def forward(self, *inputs: Tensor, lengths: np.ndarray | None = None) -> Tensor:
        return self._read(inputs, lengths, lambda cell: (inputs[0], cell.input_weight))

    def forward_embedded(
        self, *inputs: Tensor, lengths: np.ndarray | None = None, weight: Tensor, padding_index: int | None
    ) -> Tensor:
        """`forward` of the embedded tokens, whose products with the input weights are looked up where that is faster.

        Args:
            inputs: tokens (N, T), and the states to start from.
            lengths: as in `forward`.
            weight: (V, D) of the embedding.
            padding_index: its row that gets no gradient; None where all do.
        """

        def embedded(cell: Cell) -> tuple[Tensor | np.ndarray, Tensor]:
            return ops.embedded_inputs(inputs[0], weight, cell.input_weight, padding_index=padding_index)

        return self._read(inputs, lengths, embedded)

    def _read(
        self,
        inputs: Sequence[Tensor],
        lengths: np.ndarray | None,
        first_inputs: Callable[[Cell], tuple[Tensor | np.ndarray, Tensor]],
    ) -> Tensor:
        """The states of the last layer; `first_inputs`: what a cell of the first layer reads, and its weight for it."""
        # given: initial states that come from another node, such as the last state of an encoder
        x, *given = inputs
        if self.stateful and len(self.directions) > 1:
            raise ConfigError(
                "a bidirectional layer cannot go on from the batch before: it reads the end first",
                code="not_applicable",
            )
        # (N, T), and None if nothing is padded, which is the fast path of all kernels
        mask = padding_mask(lengths, x.shape[1])
        cells, starts = iter(self.cells.items()), self._starts(given)
        finals: list[Sequence[np.ndarray]] = []
        for layer in range(self.layers):
            # Between the layers of the stack only, never along time: a mask that changes from step to step would wipe
            # out what the state remembers.
            if layer and self.dropout and self.training:
                x = self._dropped(x)
            read = []
            for reverse in self.directions:
                name, cell = next(cells)
                # A whole sequence is one kernel call; only who wants to look at each step pays for a call per step.
                run = self.run if self.on_step is None else partial(self._run_by_steps, name, self.on_step)
                # Tokens can skip the product with the input weights, but only in the first layer.
                x_and_weight = (x, cell.input_weight) if layer else first_inputs(cell)
                states, final = run(cell, *x_and_weight, next(starts), mask, reverse)
                read.append(states)
                finals.append(final)
            # (N, T, H) twice -> (N, T, 2H)
            x = read[0] if len(read) == 1 else ops.concat(read, axis=-1)
        if self.stateful:
            # Plain arrays, cut off from the tape: backpropagation through time ends at the start of a batch.
            by_name = zip(self.state_names, zip(*finals, strict=True), strict=True)
            self.hidden_states = {name: np.stack(states) for name, states in by_name}  # (L, N, H) each
        return x

    def run(
        self,
        cell: Cell,
        x: Tensor | np.ndarray,
        input_weight: Tensor,
        start: Sequence[State],
        mask: np.ndarray | None,
        reverse: bool,
    ) -> tuple[Tensor, Sequence[np.ndarray]]:
        """The state after each step (N, T, H), and all states (N, H) after the last step as plain arrays.

        Args:
            cell: the weights.
            x: (N, T, D), or tokens (N, T).
            input_weight: (D, G·H) of the cell, or the table (V, G·H) of the tokens' products with it.
            start: the states to begin with, one for each of `state_names`.
            mask: (N, T), False where a sequence is padded; None where none is.
            reverse: whether the sequence is read from its end.
        """
        raise NotImplementedError

    def states_after(
        self,
        cell: Cell,
        x: Tensor | np.ndarray,
        input_weight: Tensor,
        start: Sequence[State],
        mask: np.ndarray | None,
        reverse: bool,
    ) -> tuple[Tensor, ...]:
        """All states (N, H) after the last step, with their gradients; arguments as those of `run`."""
        states, _ = self.run(cell, x, input_weight, start, mask, reverse)
        return (states[:, 0 if reverse else -1],)

    def _run_by_steps(
        self,
        name: str,
        on_step: Callable[[str, tuple[Tensor, ...]], tuple[Tensor, ...]],
        cell: Cell,
        x: Tensor | np.ndarray,
        input_weight: Tensor,
        start: Sequence[State],
        mask: np.ndarray | None,
        reverse: bool,
    ) -> tuple[Tensor, Sequence[np.ndarray]]:
        """What `run` gives, one step after the other."""
        before: Sequence[State] = start
        states: tuple[Tensor, ...] = ()
        results = []
        for t in range(x.shape[1])[:: -1 if reverse else 1]:
            # (N, 1, D): a sequence of one step, so that the same kernels serve
            now = slice(t, t + 1)
            real = None if mask is None else mask[:, now]
            before = states = on_step(name, self.states_after(cell, x[:, now], input_weight, before, real, reverse))
            results.append(states[0].reshape(x.shape[0], 1, self.units))
        return ops.concat(results[::-1] if reverse else results, axis=1), [state.data for state in states]

    def _starts(self, given: Sequence[Tensor]) -> Iterator[tuple[State, ...]]:
        """For each cell the states that it begins with."""
        for position in range(len(self.cells)):
            # an initial state has the columns of all cells side by side, in the order of the cells
            columns = slice(position * self.units, (position + 1) * self.units)
            if given:
                states = [state if len(self.cells) == 1 else state[:, columns] for state in given]
                yield (*states, *[None] * (len(self.state_names) - len(given)))
            elif self.stateful and self.hidden_states:
                yield tuple(self.hidden_states[name][position] for name in self.state_names)
            else:
                yield (None,) * len(self.state_names)

    def _dropped(self, x: Tensor) -> Tensor:
        if self.generator is None:
            raise RuntimeError("dropout in training needs a generator; a graph gives one when it is built")
        return ops.dropout(x, self.dropout, self.generator)

    def flops(self, *input_shapes: Shape) -> int:
        steps = input_shapes[0][0]
        weights = sum(cell.input_weight.size + cell.recurrent_weight.size for cell in self.cells.values())
        # a multiply-add for each weight; for each unit of each gate the bias, a nonlinearity and a product
        return steps * (2 * weights + 3 * len(self.cells) * self.gates * self.units)
