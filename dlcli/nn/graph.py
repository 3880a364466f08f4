"""A model: named layers and the wiring between them."""

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
    """What `show` prints of a node.

    Args:
        name: name of the node.
        type: registered name of its layer.
        inputs: names of the nodes it reads.
        output_shape: without the batch axis.
        parameters: how many numbers it trains.
        flops: operations for one example, a multiply-add counted as 2.
    """

    name: str
    type: str
    inputs: tuple[str, ...]
    output_shape: Shape
    parameters: int
    flops: int


class Graph(Module):
    """Layers that run in topological order on named values.

    Args:
        nodes: in the order they run, inputs named (the result of `resolve_graph`).
        layers: the layer of each node, built.
        shapes: output shape of each node and of "input", without the batch axis.
        output: the node whose result is the model's.
        dtype: type of the parameters; floating-point inputs are converted to it.
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
        #: weight of the loss of each auxiliary output, by its node
        self.auxiliary = {
            name: layer.weight for name, layer in self.layers.items() if isinstance(layer, AuxiliaryOutput)
        }
        #: whether recurrent layers begin each batch where the one before it ended
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
        """Wire the nodes, infer every shape and create the parameters.

        Args:
            nodes: every one named, in the order of the config.
            input_shape: shape of one example.
            generators: `init` draws the weights, `dropout` goes to layers that draw in training.
            create: makes the layer that a node describes.
            output: the node whose result is the model's; None for the last that is no auxiliary output.
            dtype: type of the parameters.
            key_of: Function from the position of a node to the key that errors have.

        Raises:
            ConfigError: wrong wiring or shapes; the message names the node, `key` its place.
        """
        # Layers are created in the order of the config, so that errors come in that order, but built in the order they
        # run: a shape is known only after those before it.
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
                found = f"{len(node.inputs)} ({', '.join(node.inputs)})"
                raise ConfigError(
                    f"{label(node)}: {node.type} takes {expected}, got {found}", code="wrong_shape", key=key
                )
            try:
                shapes[node.name] = layer.output_shape(*input_shapes)
                # A config can ask for an absurd size by a slip; better an error here than the machine swapping to
                # death.
                check_array(shapes[node.name], itemsize=np.dtype(dtype).itemsize)
                layer.build(*input_shapes, generator=generators["init"], dtype=dtype)
            except MemoryError as error:
                raise ConfigError(
                    f"{label(node)} does not fit into memory: {error}", code="out_of_memory", key=key
                ) from None
            except ShapeError as error:
                given = ", ".join(f"{name} {shapes[name]}" for name in node.inputs)
                raise ConfigError(f"{label(node)}: {error}; inputs: {given}", code="wrong_shape", key=key) from None
            layer.generator = generators["dropout"]
            layers[node.name] = layer
        graph = cls(ordered, layers, shapes, output, dtype)
        # The full name, such as `block_1.conv.weight`, is known only when the whole graph is.
        for name, parameter in graph.parameters().items():
            parameter.name = name
        return graph

    @property
    def input_shape(self) -> Shape:
        """Shape of one example."""
        return self.shapes[INPUT]

    @property
    def output_shape(self) -> Shape:
        """Shape of the result for one example."""
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
        """The result for a batch; arguments as those of `outputs`.

        Args:
            x: a batch.
            lengths: of its sequences.
            on_output: called with results of nodes.
            watched: those nodes; others may be joined to one operation. None for every node.
        """
        return self._run(x, lengths, on_output, watched, with_auxiliary=False)[self.output]

    def outputs(
        self,
        x: Tensor | np.ndarray,
        lengths: np.ndarray | None = None,
        *,
        on_output: Callable[[str, np.ndarray], None] | None = None,
    ) -> dict[str, Tensor]:
        """The result for a batch, with those of the auxiliary outputs while the model is training; by node.

        Args:
            x: (N, *input_shape); sequences may be shorter than the input shape says.
            lengths: (N,) how many steps of each sequence are real; None where all are.
            on_output: called with the name and the result of every node, in the order they run.
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
        # Whoever watches every node gets the plan without fusion, since a fused operation never computes the results
        # within it.
        kept = None if on_output is not None and watched is None else frozenset(watched or ())
        for step in self._plan(kept, with_auxiliary=with_auxiliary):
            if step.needs_lengths:
                known = lengths_of.get(step.inputs[0])
                result = step.run(*[values[name] for name in step.inputs], lengths=known)
            else:
                result = step.run(*[values[name] for name in step.inputs])
            # Lengths follow the data along the time axis and end where it ends, e.g. at a pooling over time.
            if lengths_of and step.preserves_time and step.inputs[0] in lengths_of:
                lengths_of[step.name] = lengths_of[step.inputs[0]]
            # Freed here, an activation that no backward needs is gone before the next one is computed.
            for name in step.finished:
                del values[name]
            values[step.name] = result
            if on_output is not None and (watched is None or step.name in watched):
                on_output(step.name, result.data)
        return values

    def _plan(self, kept: frozenset[str] | None, *, with_auxiliary: bool) -> list[Step]:
        """The operations of a forward pass, worked out when they are first asked for.

        Args:
            kept: nodes whose results are asked for, besides the outputs; None for every node.
            with_auxiliary: whether the auxiliary outputs are.
        """
        made = self._plans.get((kept, with_auxiliary))
        if made is None:
            # Auxiliary outputs exist for their loss only: outside of training they and all that leads to them alone is
            # left out.
            outputs = {self.output, *(self.auxiliary if with_auxiliary else ())}
            needed = ancestors(self.nodes, outputs)
            made = plan(self.nodes, self.layers, outputs | ((kept or frozenset()) & needed), fused=kept is not None)
            self._plans[kept, with_auxiliary] = made
        return made

    def node_outputs(self, x: np.ndarray, names: Collection[str]) -> dict[str, np.ndarray]:
        """The results of some nodes for a batch, computed with nothing that they do not need.

        Args:
            x: (N, *input_shape); of another height and width where the layers before these nodes take it.
            names: of the nodes.
        """
        values = {INPUT: Tensor(x.astype(self.dtype, copy=False) if x.dtype.kind == "f" else x)}
        with no_grad():
            for step in plan(self.nodes, self.layers, names, fused=False):
                values[step.name] = step.run(*[values[name] for name in step.inputs])
        return {name: values[name].data for name in names}

    # State that goes from batch to batch

    def set_stateful(self, stateful: bool) -> None:
        """Whether recurrent layers begin each batch where the one before it ended; begins anew."""
        self.stateful = stateful
        for layer in self._stateful_layers().values():
            layer.stateful = stateful
            layer.hidden_states = {}

    def hidden_states(self) -> dict[str, np.ndarray]:
        """The states that the next batch begins with, as `<node>.<state>`; arrays that nothing changes."""
        return {
            f"{node}.{name}": state
            for node, it in self._stateful_layers().items()
            for name, state in it.hidden_states.items()
        }

    def set_hidden_states(self, states: Mapping[str, np.ndarray], *, rows: int | None = None) -> None:
        """Let the next batch begin with these states.

        Args:
            states: as `hidden_states` gives them; empty for a beginning.
            rows: use the first ones only, for a batch that is shorter than the one before it.
        """
        for node, layer in self._stateful_layers().items():
            of_layer = {key.removeprefix(f"{node}."): it for key, it in states.items() if key.startswith(f"{node}.")}
            layer.hidden_states = {name: state[..., :rows, :] for name, state in of_layer.items()}

    @property
    def has_state(self) -> bool:
        """Whether a layer has a state over time."""
        return bool(self._stateful_layers())

    def _stateful_layers(self) -> dict[str, Stateful]:
        return {name: layer for name, layer in self.layers.items() if isinstance(layer, Stateful)}

    def summary(self) -> list[NodeSummary]:
        """One row for each node, in the order they run."""
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
