"""Model: a graph of named layers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from dlcli.autograd import Tensor, no_grad
from dlcli.core import INPUT, OUTPUT, ConfigError, Generators, node_of, under
from dlcli.nn.execution_plan import Step, plan
from dlcli.nn.graph_resolution import resolve_graph
from dlcli.nn.graph_values import GraphValues
from dlcli.nn.layer import Layer, Shape
from dlcli.nn.layer_building import build_layer
from dlcli.nn.layers.auxiliary_output import AuxiliaryOutput
from dlcli.nn.module import Module
from dlcli.nn.node import Node
from dlcli.nn.stateful import Stateful

#: batch of inputs (N, …): of the only input, or by the name of each input
Inputs: TypeAlias = Tensor | np.ndarray | Mapping[str, Tensor | np.ndarray]
#: number of steps of each sequence without padding, (N,): of the only time axis, or by time axis; None without padding
Lengths: TypeAlias = np.ndarray | Mapping[str, np.ndarray] | None
#: not a union: this check is part of every forward pass, and a union takes several times as long
_ARRAYS = (Tensor, np.ndarray)
#: callback with the name and the output of a node
OnOutput: TypeAlias = Callable[[str, np.ndarray], None]


@dataclass(frozen=True)
class NodeSummary:
    """Summary of a node, as printed by `show`.

    Args:
        name: Name of the node.
        type: Registered name of its layer.
        inputs: Names of its inputs.
        output_shape: Shape of its output, without the batch axis.
        parameters: Number of its trained parameters.
        flops: Number of operations for one example, with a multiply-add counted as 2.
    """

    name: str
    type: str
    inputs: tuple[str, ...]
    output_shape: Shape
    parameters: int
    flops: int


class Graph(Module):
    """Graph of layers that run in topological order on named values.

    A value is an input, the output of a node, or a final state of a recurrent node, `<node>.hidden`. A graph has one or
    more inputs, each with its own time axis if it is a sequence, and one or more outputs.

    Args:
        nodes: Nodes in execution order with the values they read (the result of `resolve_graph`).
        layers: Built layer of each node.
        values: Shapes and time axes of all values.
        inputs: Names of the inputs.
        outputs: Value of each output, by name.
        dtype: Data type of the parameters, to which floating-point inputs are converted.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        layers: Mapping[str, Layer],
        values: GraphValues,
        *,
        outputs: Mapping[str, str],
        inputs: Collection[str] = (INPUT,),
        dtype: np.dtype[np.floating],
    ) -> None:
        self.nodes = tuple(nodes)
        self.layers = {node.name: layers[node.name] for node in nodes}
        self.values = values
        self.input_shapes = {name: values.shapes[name] for name in inputs}
        #: value of each output by name, including auxiliary outputs, which exist only in training
        self.outputs = dict(outputs)
        self.dtype = dtype
        #: weight of the loss of each auxiliary output, by the name of the output
        self.auxiliary = {
            name: layer.weight
            for name, value in outputs.items()
            if isinstance(layer := self.layers[node_of(value)], AuxiliaryOutput)
        }
        #: outputs that exist outside of training
        self.main_outputs = {name: value for name, value in outputs.items() if name not in self.auxiliary}
        #: whether recurrent layers start each batch from the final state of the previous one
        self.stateful = False
        #: name of the only input; None if there are several
        self._input_name = next(iter(self.input_shapes)) if len(self.input_shapes) == 1 else None
        self._input_axes = tuple(dict.fromkeys(axis for name in inputs if (axis := values.time_axes[name])))
        #: node that combines all steps of a time axis, also padded ones → this axis, which cannot have lengths
        self.mixing_nodes = {
            node.name: values.time_axes[node.inputs[0]]
            for node in nodes
            if values.mixes_padding(node, self.layers[node.name])
        }
        self._plans: dict[tuple[frozenset[str] | None, bool], list[Step]] = {}

    @classmethod
    def build(
        cls,
        nodes: Sequence[Node],
        inputs: Shape | Mapping[str, Shape],
        *,
        generators: Generators,
        create: Callable[[Node], Layer],
        outputs: str | Mapping[str, str] | None = None,
        time_axes: Mapping[str, str | None] | None = None,
        dtype: type[np.floating[Any]] = np.float32,
        key_of: Callable[[int], str] = "nodes[{}]".format,
    ) -> Graph:
        """Resolve the graph, infer all shapes and create the parameters.

        Args:
            nodes: Nodes in the order of the config, all with names.
            inputs: Shape of one example, or of one example of each input by name. The only input is named "input".
            generators: Random generators; `init` draws the weights, `dropout` is for layers that draw in training.
            create: Function that creates the layer of a node.
            outputs: Node whose output is that of the model, named "output", or the node or state of each output by
                name; None for the last node that is not an auxiliary output. Auxiliary outputs are named like their
                nodes unless they are listed.
            time_axes: Time axis of each input. By default, an input has one of its own, named like it, unless it has
                three or more axes; inputs with the same axis have the same lengths.
            dtype: Data type of the parameters.
            key_of: Function from the position of a node to the key of its errors.

        Raises:
            ConfigError: Connections or shapes are invalid; the message names the node, `key` its position.
        """
        # Layers are created in the order of the config, so that errors are reported in this order, but built in
        # execution order, since a shape depends on those before it.
        created: dict[str, Layer] = {}
        for position, node in enumerate(nodes):
            with under(key_of(position)):
                created[node.name] = create(node)
        input_shapes = inputs if isinstance(inputs, Mapping) else {INPUT: inputs}
        resolved = resolve_graph(
            nodes,
            _named_outputs(outputs, created),
            key_of,
            inputs=input_shapes,
            states={name: layer.state_names for name, layer in created.items() if isinstance(layer, Stateful)},
            output_key="output.{}".format if isinstance(outputs, Mapping) else lambda _: "output",
        )
        values = GraphValues.of_inputs(input_shapes, time_axes)
        positions = {node.name: position for position, node in enumerate(nodes)}
        for node in resolved.nodes:
            key, layer = key_of(positions[node.name]), created[node.name]
            build_layer(node, layer, values, generators=generators, dtype=np.dtype(dtype), key=key)
        graph = cls(
            resolved.nodes, created, values, inputs=input_shapes, outputs=resolved.outputs, dtype=np.dtype(dtype)
        )
        # The full name, such as `block_1.conv.weight`, is known only in the complete graph.
        for name, parameter in graph.parameters().items():
            parameter.name = name
        return graph

    @property
    def shapes(self) -> dict[str, Shape]:
        """Shape of each value, without the batch axis."""
        return self.values.shapes

    @property
    def time_axes(self) -> dict[str, str | None]:
        """Time axis of each value, whose lengths apply to it; None if it has no steps."""
        return self.values.time_axes

    @property
    def output_shapes(self) -> dict[str, Shape]:
        """Shape of each output for one example."""
        return {name: self.shapes[value] for name, value in self.outputs.items()}

    @property
    def input_shape(self) -> Shape:
        """Shape of one example of the only input.

        Raises:
            ValueError: The graph has several inputs.
        """
        return self.input_shapes[_only(self.input_shapes, "input")]

    @property
    def output_name(self) -> str:
        """Name of the only output, besides auxiliary outputs.

        Raises:
            ValueError: The graph has several outputs.
        """
        return _only(self.main_outputs, "output")

    @property
    def output(self) -> str:
        """Value of the only output, besides auxiliary outputs: the name of its node.

        Raises:
            ValueError: The graph has several outputs.
        """
        return self.main_outputs[self.output_name]

    @property
    def output_shape(self) -> Shape:
        """Shape of the only output for one example.

        Raises:
            ValueError: The graph has several outputs.
        """
        return self.shapes[self.output]

    def output_lengths(self, lengths: Lengths) -> dict[str, np.ndarray | None]:
        """Return the number of steps of each output without padding, (N,); None without padding or without steps.

        Args:
            lengths: Lengths of the inputs as for `forward`.
        """
        return {name: self.lengths_of(value, lengths) for name, value in self.outputs.items()}

    def lengths_of(self, value: str, lengths: Lengths) -> np.ndarray | None:
        """Return the number of steps of a value without padding, (N,); None without padding or without steps.

        Args:
            value: Name of an input, a node or a state.
            lengths: Lengths of the inputs as for `forward`.
        """
        return self._lengths_by_axis(lengths).get(self.time_axes[value])

    def children(self) -> dict[str, Module]:
        return dict(self.layers)

    def astype(self, dtype: type[np.floating[Any]]) -> None:
        super().astype(dtype)
        self.dtype = np.dtype(dtype)

    def forward(
        self,
        inputs: Inputs,
        lengths: Lengths = None,
        *,
        on_output: OnOutput | None = None,
        watched: Collection[str] | None = None,
    ) -> Tensor:
        """Compute the only output for a batch.

        Args:
            inputs: Batch of inputs, (N, *input_shape), or of each input by name; sequences may be shorter than the
                input shape states.
            lengths: Number of steps of each sequence without padding, (N,), or by time axis; None without padding.
            on_output: Callback with the name and the output of each watched node, in execution order.
            watched: Nodes whose outputs are passed to `on_output`; the others may be fused. None means every node.

        Raises:
            ValueError: The graph has several outputs, or inputs or lengths are missing or unknown.
        """
        output = self.output
        # To watch every node, the plan must not be fused, since a fused operation does not compute the outputs within
        # it.
        separate = None if on_output is not None and watched is None else frozenset(watched or ())
        return self._run(self._plan(separate, with_auxiliary=False), inputs, lengths, on_output, watched)[output]

    def compute(
        self, inputs: Inputs, lengths: Lengths = None, *, on_output: OnOutput | None = None
    ) -> dict[str, Tensor]:
        """Compute all outputs for a batch, by name; auxiliary outputs only in training mode.

        Args:
            inputs: Batch of inputs, (N, *input_shape), or of each input by name; sequences may be shorter than the
                input shape states.
            lengths: Number of steps of each sequence without padding, (N,), or by time axis; None without padding.
            on_output: Callback with the name and the output of every node, in execution order.

        Raises:
            ValueError: Inputs or lengths are missing or unknown.
        """
        steps = self._plan(frozenset() if on_output is None else None, with_auxiliary=self.training)
        values = self._run(steps, inputs, lengths, on_output, None)
        outputs = self.outputs if self.training else self.main_outputs
        return {name: values[value] for name, value in outputs.items()}

    def _run(
        self,
        steps: Iterable[Step],
        inputs: Inputs,
        lengths: Lengths,
        on_output: OnOutput | None,
        watched: Collection[str] | None,
    ) -> dict[str, Tensor]:
        """Return the values that the plan keeps, by name."""
        values = self._input_tensors(inputs)
        lengths_by_axis = self._lengths_by_axis(lengths)
        for step in steps:
            if step.needs_lengths:
                result = step.run_with_lengths(values, lengths_by_axis)
            else:
                result = step.run(*[values[name] for name in step.inputs])
            values[step.name] = result
            # An activation that no backward needs is freed here, before the next one is computed.
            for name in step.finished:
                del values[name]
            if on_output is not None and (watched is None or step.name in watched):
                on_output(step.name, result.data)
        return values

    def _plan(self, separate: frozenset[str] | None, *, with_auxiliary: bool) -> list[Step]:
        """Return the execution plan of a forward pass, which is cached.

        Args:
            separate: Nodes whose outputs are computed besides the outputs of the model; None means every node.
            with_auxiliary: Whether to compute the auxiliary outputs.
        """
        steps = self._plans.get((separate, with_auxiliary))
        if steps is None:
            # Auxiliary outputs are needed only for their losses: outside of training, they and all nodes that lead only
            # to them are skipped.
            outputs = self.outputs if with_auxiliary else self.main_outputs
            steps = plan(self.nodes, self.layers, {*outputs.values()}, time_axes=self.time_axes, separate=separate)
            self._plans[separate, with_auxiliary] = steps
        return steps

    def _input_tensors(self, inputs: Inputs) -> dict[str, Tensor]:
        """Return the inputs of a batch by name, with floating-point arrays converted to the model's data type."""
        if isinstance(inputs, _ARRAYS):
            return {self._input_name or _only(self.input_shapes, "input"): self._tensor(inputs)}
        if inputs.keys() != self.input_shapes.keys():
            raise ValueError(f"expected the inputs {', '.join(self.input_shapes)}, got {', '.join(inputs)}")
        return {name: self._tensor(array) for name, array in inputs.items()}

    def _tensor(self, array: Tensor | np.ndarray) -> Tensor:
        if isinstance(array, Tensor):
            return array
        return Tensor(array.astype(self.dtype, copy=False) if array.dtype.kind == "f" else array)

    def _lengths_by_axis(self, lengths: Lengths) -> Mapping[str | None, np.ndarray]:
        """Return the given lengths by time axis.

        Raises:
            ConfigError: A node combines steps without regard to their lengths.
            ValueError: Lengths are those of an unknown time axis.
        """
        if lengths is None:
            return {}
        if isinstance(lengths, np.ndarray):
            lengths = {_only(self._input_axes, "time axis"): lengths}
        for node, axis in self.mixing_nodes.items():
            if axis in lengths:
                message = "it combines all steps, also those of padding, but the sequences have different lengths"
                raise ConfigError(f"{node}: {message}", code="not_applicable")
        unknown = [axis for axis in lengths if axis not in self._input_axes]
        if unknown:
            axes = ", ".join(self._input_axes) or "none"
            raise ValueError(f"expected lengths of the time axes {axes}, got {', '.join(unknown)}")
        return dict(lengths.items())

    def node_outputs(self, x: np.ndarray, names: Collection[str]) -> dict[str, np.ndarray]:
        """Compute the outputs of some nodes for a batch, and only what they depend on.

        Args:
            x: Batch of inputs, (N, *input_shape), or with another height and width if the layers before these nodes
                accept it.
            names: Names of the nodes.
        """
        steps = plan(self.nodes, self.layers, names, time_axes=self.time_axes, separate=None)
        with no_grad():
            values = self._run(steps, x, None, None, None)
        return {name: values[name].data for name in names}

    # Hidden states between batches

    def set_stateful(self, stateful: bool) -> None:
        """Set whether recurrent layers start each batch from the final state of the previous one; resets the states."""
        self.stateful = stateful
        for layer in self._stateful_layers().values():
            layer.stateful = stateful
            layer.hidden_states = {}

    def hidden_states(self) -> dict[str, np.ndarray]:
        """Return the initial states of the next batch as `<node>.<state>`; the arrays are never modified."""
        return {
            f"{node}.{name}": state
            for node, it in self._stateful_layers().items()
            for name, state in it.hidden_states.items()
        }

    def set_hidden_states(self, states: Mapping[str, np.ndarray], *, rows: int | None = None) -> None:
        """Set the initial states of the next batch.

        Args:
            states: States as returned by `hidden_states`; empty for zeros.
            rows: Number of examples whose states are used, for a batch that is smaller than the previous one.
        """
        for node, layer in self._stateful_layers().items():
            own = {key.removeprefix(f"{node}."): it for key, it in states.items() if key.startswith(f"{node}.")}
            layer.hidden_states = {name: state[..., :rows, :] for name, state in own.items()}

    @property
    def has_state(self) -> bool:
        """Whether a layer has a hidden state."""
        return bool(self._stateful_layers())

    def _stateful_layers(self) -> dict[str, Stateful]:
        return {name: layer for name, layer in self.layers.items() if isinstance(layer, Stateful)}

    def summary(self) -> list[NodeSummary]:
        """Return a summary of each node, in execution order."""
        return [
            NodeSummary(
                node.name,
                node.type,
                node.inputs,
                self.shapes[node.name],
                sum(parameter.size for parameter in self.layers[node.name].parameters().values()),
                self.layers[node.name].flops(*[self.shapes[name] for name in node.inputs]),
            )
            for node in self.nodes
        ]


def _named_outputs(outputs: str | Mapping[str, str] | None, layers: Mapping[str, Layer]) -> dict[str, str]:
    """Return the node or state of each output by name, with auxiliary outputs under the names of their nodes.

    Args:
        outputs: Outputs as for `Graph.build`.
        layers: Layer of each node, in the order of the config.

    Raises:
        ConfigError: The graph has no node that can be its output, or two outputs have the same name.
    """
    auxiliary = [name for name, layer in layers.items() if isinstance(layer, AuxiliaryOutput)]
    if outputs is None:
        outputs = next((name for name in reversed([*layers]) if name not in auxiliary), None)
        if outputs is None:
            raise ConfigError("a model needs at least one layer")
    named = {OUTPUT: outputs} if isinstance(outputs, str) else dict(outputs)
    for name in auxiliary:
        if name in named and named[name] != name:
            message = f"output {name}: the name is that of an auxiliary output; expected another name"
            raise ConfigError(message, code="duplicate_name", key="output")
        if name not in named.values():
            named[name] = name
    if set(named.values()).issubset(auxiliary):
        raise ConfigError("expected an output that is not an auxiliary one, got none", key="output")
    return named


def _only(names: Collection[str], what: str) -> str:
    """Return the only name.

    Raises:
        ValueError: There are several or none.
    """
    if len(names) != 1:
        raise ValueError(f"expected a graph with one {what}, got {len(names)}: {', '.join(names) or 'none'}")
    [name] = names
    return name
