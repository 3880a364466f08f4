"""Base class of the recurrent layers: stacking, directions, padding, and states that are kept between batches."""

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
from dlcli.nn.stateful import OnStates, Stateful

#: initial state of sequences, (N, H): a tensor, an array through which no gradient flows, or None for zeros
State: TypeAlias = Tensor | np.ndarray | None


class Cell(Module):
    """Weights of one layer of a stack in one direction.

    Args:
        input_weight: Input weights, (D, G·H), with H columns for each of the G gates.
        recurrent_weight: Recurrent weights, (H, G·H).
        bias: Biases, (G·H,).
        candidate_bias: Recurrent bias of the candidate, (H,), only in PyTorch's form of the GRU.
    """

    def __init__(
        self, input_weight: Parameter, recurrent_weight: Parameter, bias: Parameter, candidate_bias: Parameter | None
    ) -> None:
        self.input_weight = input_weight
        self.recurrent_weight = recurrent_weight
        self.bias = bias
        self.candidate_bias = candidate_bias


class Recurrent(Stateful):
    """Base class of the recurrent layers: the state after each step, (N, T, D) -> (N, T, H); 2H if bidirectional.

    Padded steps are skipped: they change no state and get no gradient, and their outputs are undefined. An optional
    second input is the initial state: (L·H,) for L layers, concatenated, for each layer forward before backward.
    Without it, sequences start from zeros, or from the final state of the previous batch (`stateful`). The final states
    have the shape of the initial ones, so that a decoder can start from the state of an encoder.

    Args:
        units: Size of the state, H.
        bidirectional: Whether the sequence is also processed in reverse, with separate weights.
        layers: Number of stacked layers, each with the states of the previous one as its input.
        dropout: Dropout probability between the layers of the stack.
        input_initializer: Initializer of the input weights.
        recurrent_initializer: Initializer of the recurrent weights.
    """

    num_inputs: ClassVar[int | None] = None
    needs_lengths: ClassVar[bool] = True

    #: number of gates, blocks of columns in the weights
    gates: ClassVar[int]
    #: hook for inspection, called with the name of a cell and its states after each step; it returns the states to
    #: continue with. Much slower than None.
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
            hint = "; tokens need an embedding before this layer" if len(steps) == 1 else ""
            raise ShapeError(f"expected sequences of vectors (T, D), got {steps}{hint}")
        if len(states) > len(self.state_names):
            names = " and ".join(self.state_names)
            raise ShapeError(f"expected a sequence and at most its initial {names} state, got {len(states)} states")
        for name, shape in zip(self.state_names, states, strict=False):
            if shape != self.state_shape:
                [width] = self.state_shape
                product = f"{self.layers} layers × {len(self.directions)} directions × {self.units} units = {width}"
                raise ShapeError(f"expected an initial {name} state of {product} values, got {shape}")
        return steps[0], len(self.directions) * self.units

    @property
    def state_shape(self) -> Shape:
        return (self.layers * len(self.directions) * self.units,)

    def children(self) -> dict[str, Module]:
        return dict(self.cells)

    def build(self, *input_shapes: Shape, generator: np.random.Generator, dtype: DTypeLike) -> None:
        features = input_shapes[0][1]
        self.cells = {}
        for layer in range(self.layers):
            for reverse in self.directions:
                name = f"layer_{layer + 1}{'_reverse' if reverse else ''}"
                self.cells[name] = self.make_cell(features, generator, dtype)
            # the input of the next layer is the concatenation of both directions' states
            features = len(self.directions) * self.units

    def make_cell(self, features: int, generator: np.random.Generator, dtype: DTypeLike) -> Cell:
        """Create the weights of a cell, with each gate initialized separately; biases start at 0."""

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

    def forward(self, *inputs: Tensor, lengths: np.ndarray | None = None, on_states: OnStates | None = None) -> Tensor:
        return self._run_layers(inputs, lengths, on_states, lambda cell: (inputs[0], cell.input_weight))

    def forward_embedded(
        self,
        *inputs: Tensor,
        lengths: np.ndarray | None = None,
        on_states: OnStates | None = None,
        weight: Tensor,
        padding_index: int | None,
    ) -> Tensor:
        """Run the layer on embedded tokens; the products with the input weights are looked up if that is faster.

        Args:
            inputs: Tokens (N, T), and optionally the initial states.
            lengths: Number of steps of each sequence without padding, (N,); None without padding.
            on_states: Callback with the final states, (N, L·H) each.
            weight: Weight of the embedding, (V, D).
            padding_index: Row of the weight that gets no gradient; None if all rows do.
        """

        def embed(cell: Cell) -> tuple[Tensor | np.ndarray, Tensor]:
            return ops.embedded_inputs(inputs[0], weight, cell.input_weight, padding_index=padding_index)

        return self._run_layers(inputs, lengths, on_states, embed)

    def _run_layers(
        self,
        inputs: Sequence[Tensor],
        lengths: np.ndarray | None,
        on_states: OnStates | None,
        first_inputs: Callable[[Cell], tuple[Tensor | np.ndarray, Tensor]],
    ) -> Tensor:
        """Return the states of the last layer.

        Args:
            inputs: Sequences (N, T, D) or tokens (N, T), and optionally the initial states.
            lengths: Number of steps of each sequence without padding, (N,); None without padding.
            on_states: Callback with the final states, (N, L·H) each; None if no gradients flow through them.
            first_inputs: Function from a cell of the first layer to its input and the weight for this input.
        """
        # initial: states that come from another node, such as the last state of an encoder
        x, *initial = inputs
        if self.stateful and len(self.directions) > 1:
            raise ConfigError(
                "a bidirectional layer cannot be stateful: its reverse direction starts at the end of the sequence",
                code="not_applicable",
            )
        # (N, T), and None if nothing is padded, which is the fast path of all kernels
        mask = padding_mask(lengths, x.shape[1])
        cells, starts = iter(self.cells.items()), self._initial_states(initial)
        finals: list[Sequence[Tensor]] = []
        for layer in range(self.layers):
            # Only between the layers of the stack, not along time: a mask that changes at every step would erase what
            # the state remembers.
            if layer and self.dropout and self.training:
                x = self._apply_dropout(x)
            outputs = []
            for reverse in self.directions:
                name, cell = next(cells)
                # A whole sequence is one kernel call; only the hook requires a call per step.
                run = self.run if self.on_step is None else partial(self._run_by_steps, name, self.on_step)
                # Tokens can skip the product with the input weights, but only in the first layer.
                x_and_weight = (x, cell.input_weight) if layer else first_inputs(cell)
                states, final = run(cell, *x_and_weight, next(starts), mask, reverse, on_states is not None)
                outputs.append(states)
                finals.append(final)
            # (N, T, H) twice -> (N, T, 2H)
            x = outputs[0] if len(outputs) == 1 else ops.concat(outputs, axis=-1)
        if self.stateful:
            # Plain arrays, detached from the tape: backpropagation through time ends at the start of a batch.
            by_name = zip(self.state_names, zip(*finals, strict=True), strict=True)
            # (L, N, H) each
            self.hidden_states = {name: np.stack([state.data for state in states]) for name, states in by_name}
        if on_states is not None:
            # L times (N, H) -> (N, L·H), the order in which `_initial_states` reads them
            on_states([it[0] if len(it) == 1 else ops.concat(it, axis=-1) for it in zip(*finals, strict=True)])
        return x

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
        """Return the state after each step (N, T, H), and all states (N, H) after the last step.

        Args:
            cell: Weights of the cell.
            x: Sequences (N, T, D), or tokens (N, T).
            input_weight: Input weights of the cell (D, G·H), or the table of all tokens' products with them (V, G·H).
            start: Initial states, one for each of `state_names`.
            mask: False for padded steps, (N, T); None without padding.
            reverse: Whether the sequence is processed from its end.
            with_gradients: Whether gradients flow through the states after the last step.
        """
        raise NotImplementedError

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
        with_gradients: bool,  # noqa: ARG002  # they always do
    ) -> tuple[Tensor, Sequence[Tensor]]:
        """Compute the result of `run` step by step, with a call of `on_step` after each."""
        before: Sequence[State] = start
        states: tuple[Tensor, ...] = ()
        results = []
        for t in range(x.shape[1])[:: -1 if reverse else 1]:
            # (N, 1, D): a sequence of one step, so that the same kernels are used
            now = slice(t, t + 1)
            real = None if mask is None else mask[:, now]
            _, after = self.run(cell, x[:, now], input_weight, before, real, reverse, True)
            before = states = on_step(name, tuple(after))
            results.append(states[0].reshape(x.shape[0], 1, self.units))
        return ops.concat(results[::-1] if reverse else results, axis=1), states

    def _initial_states(self, initial: Sequence[Tensor]) -> Iterator[tuple[State, ...]]:
        """Yield the initial states of each cell."""
        for position in range(len(self.cells)):
            # an input state concatenates the columns of all cells, in the order of the cells
            columns = slice(position * self.units, (position + 1) * self.units)
            if initial:
                states = [state if len(self.cells) == 1 else state[:, columns] for state in initial]
                yield (*states, *[None] * (len(self.state_names) - len(initial)))
            elif self.stateful and self.hidden_states:
                yield tuple(self.hidden_states[name][position] for name in self.state_names)
            else:
                yield (None,) * len(self.state_names)

    def _apply_dropout(self, x: Tensor) -> Tensor:
        if self.generator is None:
            raise RuntimeError("dropout in training needs a generator, which Graph.build sets")
        return ops.dropout(x, self.dropout, self.generator)

    def flops(self, *input_shapes: Shape) -> int:
        steps = input_shapes[0][0]
        weights = sum(cell.input_weight.size + cell.recurrent_weight.size for cell in self.cells.values())
        # a multiply-add for each weight; a bias, a nonlinearity and a product for each unit of each gate
        return steps * (2 * weights + 3 * len(self.cells) * self.gates * self.units)


def state_after(states: Tensor, reverse: bool, with_gradients: bool) -> Tensor:
    """Return the state (N, H) after the last step of each sequence.

    Padded steps keep the state, so it is at the end of the array, or at its start in reverse, whatever the lengths are.

    Args:
        states: State after each step, (N, T, H).
        reverse: Whether the sequence was processed from its end.
        with_gradients: Whether gradients flow through the result.
    """
    last = 0 if reverse else -1
    return states[:, last] if with_gradients else Tensor(states.data[:, last])
