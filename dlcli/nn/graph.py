"""Model: a graph of named layers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli.autograd import Tensor, no_grad
from dlcli.core import INPUT, ConfigError, Generators, check_array, formatting, under
from dlcli.nn.execution_plan import Step, plan
from dlcli.nn.graph_resolution import ancestors, label, resolve_graph
from dlcli.nn.layer import Layer, Shape, ShapeError
from dlcli.nn.layers.auxiliary_output import AuxiliaryOutput
from dlcli.nn.module import Module
from dlcli.nn.node import Node
from dlcli.nn.stateful import Stateful


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

    Args:
        nodes: Nodes in execution order with input names (the result of `resolve_graph`).
        layers: Built layer of each node.
        shapes: Output shape of each node and of "input", without the batch axis.
        output: Node whose output is that of the model.
        dtype: Data type of the parameters, to which floating-point inputs are converted.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        layers: Mapping[str, Layer],
        shapes: Mapping[str, Shape],
        output: str,
        dtype: type[np.floating[Any]],
    ) -> None:
        self.nodes = tuple(nodes)
        self.layers = {node.name: layers[node.name] for node in nodes}
        self.shapes = dict(shapes)
        self.output = output
        self.dtype = np.dtype(dtype)
        #: weight of the loss of each auxiliary output, by node
        self.auxiliary = {
            name: layer.weight for name, layer in self.layers.items() if isinstance(layer, AuxiliaryOutput)
        }
        #: whether recurrent layers start each batch from the final state of the previous one
        self.stateful = False
        self._plans: dict[tuple[frozenset[str] | None, bool], list[Step]] = {}

    @classmethod
    def build(
        cls,
        nodes: Sequence[Node],
        input_shape: Shape,
        *,
        generators: Generators,
        create: Callable[[Node], Layer],
        output: str | None = None,
        dtype: type[np.floating[Any]] = np.float32,
        key_of: Callable[[int], str] = "nodes[{}]".format,
    ) -> Graph:
        """Resolve the graph, infer all shapes and create the parameters.

        Args:
            nodes: Nodes in the order of the config, all with names.
            input_shape: Shape of one example.
            generators: Random generators; `init` draws the weights, `dropout` is for layers that draw in training.
            create: Function that creates the layer of a node.
            output: Node whose output is that of the model; None for the last one that is not an auxiliary output.
            dtype: Data type of the parameters.
            key_of: Function from the position of a node to the key of its errors.

        Raises:
            ConfigError: Connections or shapes are invalid; the message names the node, `key` its position.
        """
        # Layers are created in the order of the config, so that errors are reported in this order, but built in
        # execution order, since a shape depends on those before it.
        created = []
        for position, node in enumerate(nodes):
            with under(key_of(position)):
                created.append(create(node))
        auxiliary = [
            node.name for node, layer in zip(nodes, created, strict=True) if isinstance(layer, AuxiliaryOutput)
        ]
        output = output or next((node.name for node in reversed(nodes) if node.name not in auxiliary), None)
        if output is None:
            raise ConfigError("a model needs at least one layer")
        positions = {node.name: position for position, node in enumerate(nodes)}
        ordered = resolve_graph(nodes, output, key_of, also_outputs=auxiliary)
        layers: dict[str, Layer] = {}
        shapes: dict[str, Shape] = {INPUT: tuple(input_shape)}
        for node in ordered:
            layer = created[positions[node.name]]
            input_shapes = [shapes[name] for name in node.inputs]
            key = key_of(positions[node.name])
            if layer.num_inputs not in (None, len(node.inputs)):
                expected = formatting.count(layer.num_inputs or 0, "input")
                actual = f"{len(node.inputs)} ({', '.join(node.inputs)})"
                raise ConfigError(f"{label(node)}: expected {expected}, got {actual}", code="wrong_shape", key=key)
            try:
                shapes[node.name] = layer.output_shape(*input_shapes)
                # A typing error in a config can result in a huge size; an error is better than heavy swapping.
                check_array(shapes[node.name], itemsize=np.dtype(dtype).itemsize)
                layer.build(*input_shapes, generator=generators["init"], dtype=dtype)
            except MemoryError as error:
                raise ConfigError(
                    f"{label(node)} does not fit into memory: {error}", code="out_of_memory", key=key
                ) from None
            except ShapeError as error:
                inputs = ", ".join(f"{name} {shapes[name]}" for name in node.inputs)
                raise ConfigError(f"{label(node)}: {error}; inputs: {inputs}", code="wrong_shape", key=key) from None
            layer.generator = generators["dropout"]
            layers[node.name] = layer
        graph = cls(ordered, layers, shapes, output, dtype)
        # The full name, such as `block_1.conv.weight`, is known only in the complete graph.
        for name, parameter in graph.parameters().items():
            parameter.name = name
        return graph

    @property
    def input_shape(self) -> Shape:
        """Shape of one example."""
        return self.shapes[INPUT]

    @property
    def output_shape(self) -> Shape:
        """Shape of the output for one example."""
        return self.shapes[self.output]

    def children(self) -> dict[str, Module]:
        return dict(self.layers)

    def astype(self, dtype: type[np.floating[Any]]) -> None:
        super().astype(dtype)
        self.dtype = np.dtype(dtype)

    def forward(
        self,
        x: Tensor | np.ndarray,
        lengths: np.ndarray | None = None,
        *,
        on_output: Callable[[str, np.ndarray], None] | None = None,
        watched: Collection[str] | None = None,
    ) -> Tensor:
        """Compute the output for a batch.

        Args:
            x: Batch of inputs, (N, *input_shape); sequences may be shorter than the input shape states.
            lengths: Number of steps of each sequence without padding, (N,); None without padding.
            on_output: Callback with the name and the output of each watched node, in execution order.
            watched: Nodes whose outputs are passed to `on_output`; the others may be fused. None means every node.
        """
        return self._run(x, lengths, on_output, watched, with_auxiliary=False)[self.output]

    def outputs(
        self,
        x: Tensor | np.ndarray,
        lengths: np.ndarray | None = None,
        *,
        on_output: Callable[[str, np.ndarray], None] | None = None,
    ) -> dict[str, Tensor]:
        """Compute the output for a batch and, in training mode, the auxiliary outputs, by node.

        Args:
            x: Batch of inputs, (N, *input_shape); sequences may be shorter than the input shape states.
            lengths: Number of steps of each sequence without padding, (N,); None without padding.
            on_output: Callback with the name and the output of every node, in execution order.
        """
        return self._run(x, lengths, on_output, None, with_auxiliary=self.training and bool(self.auxiliary))

    def _run(
        self,
        x: Tensor | np.ndarray,
        lengths: np.ndarray | None,
        on_output: Callable[[str, np.ndarray], None] | None,
        watched: Collection[str] | None,
        *,
        with_auxiliary: bool,
    ) -> dict[str, Tensor]:
        if not isinstance(x, Tensor):
            x = Tensor(x.astype(self.dtype, copy=False) if x.dtype.kind == "f" else x)
        values = {INPUT: x}
        lengths_of = {} if lengths is None else {INPUT: lengths}
        # To watch every node, the plan must not be fused, since a fused operation does not compute the outputs within
        # it.
        required = None if on_output is not None and watched is None else frozenset(watched or ())
        for step in self._plan(required, with_auxiliary=with_auxiliary):
            if step.needs_lengths:
                step_lengths = lengths_of.get(step.inputs[0])
                result = step.run(*[values[name] for name in step.inputs], lengths=step_lengths)
            else:
                result = step.run(*[values[name] for name in step.inputs])
            # Lengths follow the data as long as it has a time axis, which ends e.g. at a pooling over time.
            if lengths_of and step.preserves_time and step.inputs[0] in lengths_of:
                lengths_of[step.name] = lengths_of[step.inputs[0]]
            # An activation that no backward needs is freed here, before the next one is computed.
            for name in step.finished:
                del values[name]
            values[step.name] = result
            if on_output is not None and (watched is None or step.name in watched):
                on_output(step.name, result.data)
        return values

    def _plan(self, required: frozenset[str] | None, *, with_auxiliary: bool) -> list[Step]:
        """Return the execution plan of a forward pass, which is cached.

        Args:
            required: Nodes whose outputs are required, besides the outputs of the model; None means every node.
            with_auxiliary: Whether to compute the auxiliary outputs.
        """
        steps = self._plans.get((required, with_auxiliary))
        if steps is None:
            # Auxiliary outputs are needed only for their losses: outside of training, they and all nodes that lead only
            # to them are skipped.
            outputs = {self.output, *(self.auxiliary if with_auxiliary else ())}
            needed = ancestors(self.nodes, outputs)
            outputs |= (required or frozenset()) & needed
            steps = plan(self.nodes, self.layers, outputs, fused=required is not None)
            self._plans[required, with_auxiliary] = steps
        return steps

    def node_outputs(self, x: np.ndarray, names: Collection[str]) -> dict[str, np.ndarray]:
        """Compute the outputs of some nodes for a batch, and only what they depend on.

        Args:
            x: Batch of inputs, (N, *input_shape), or with another height and width if the layers before these nodes
                accept it.
            names: Names of the nodes.
        """
        values = {INPUT: Tensor(x.astype(self.dtype, copy=False) if x.dtype.kind == "f" else x)}
        with no_grad():
            for step in plan(self.nodes, self.layers, names, fused=False):
                values[step.name] = step.run(*[values[name] for name in step.inputs])
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
