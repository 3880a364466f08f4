"""The head of a model: the last layers, which map the features of the trunk to outputs."""

from __future__ import annotations

from collections.abc import Collection

from dlcli.core import node_of
from dlcli.nn.graph import Graph


def layers_with_parameters(graph: Graph) -> list[str]:
    """Return the nodes whose layers have parameters, in execution order."""
    return [node.name for node in graph.nodes if graph.layers[node.name].parameters()]


def head_layers(graph: Graph, values: Collection[str] | None = None) -> list[str]:
    """Return the last nodes with parameters before each output, in execution order.

    There are several for an output if branches are merged after their last parameters.

    Args:
        graph: Graph of the model.
        values: Names of values in place of the outputs; None for all outputs.
    """
    inputs = {node.name: node.inputs for node in graph.nodes}
    head: set[str] = set()
    seen: set[str] = set(graph.input_shapes)
    unvisited = [*(graph.outputs.values() if values is None else values)]
    while unvisited:
        name = node_of(unvisited.pop())
        if name in seen:
            continue
        seen.add(name)
        if graph.layers[name].parameters():
            head.add(name)
        else:
            unvisited.extend(inputs[name])
    return [node.name for node in graph.nodes if node.name in head]
