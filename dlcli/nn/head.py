"""The head of a model: what turns the features of its trunk into an answer to one question."""

from __future__ import annotations

from dlcli.core import INPUT
from dlcli.nn.graph import Graph


def layers_with_parameters(graph: Graph) -> list[str]:
    """The nodes whose layers have parameters, in the order they run."""
    return [node.name for node in graph.nodes if graph.layers[node.name].parameters()]


def head_layers(graph: Graph) -> list[str]:
    """The last node with parameters before the output, and before each auxiliary output, in the order they run.

    Several where branches join after their last parameters.
    """
    inputs = {node.name: node.inputs for node in graph.nodes}
    found: set[str] = set()
    seen: set[str] = {INPUT}
    unvisited = [graph.output, *graph.auxiliary]
    while unvisited:
        name = unvisited.pop()
        if name in seen:
            continue
        seen.add(name)
        if graph.layers[name].parameters():
            found.add(name)
        else:
            unvisited.extend(inputs[name])
    return [node.name for node in graph.nodes if node.name in found]
