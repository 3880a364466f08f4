"""Checks of the directions in which a model processes sequences."""

from __future__ import annotations

from collections.abc import Callable, Collection

from dlcli.core import ConfigError, node_of
from dlcli.nn.graph import Graph
from dlcli.nn.graph_resolution import label
from dlcli.nn.layers.over_time import LastStep
from dlcli.nn.layers.recurrent import Recurrent
from dlcli.nn.node import Node


def check_causal(graph: Graph, key_of: Callable[[str], str]) -> None:
    """Reject a next-token model that has access to the token to predict.

    Args:
        graph: Graph of the model. Only layers on the time axis of its output are checked; those of an encoder are not.
        key_of: Function from the name of a node to the key of its errors.

    Raises:
        ConfigError: A layer processes sequences in reverse, or combines all steps.
    """
    axis = graph.time_axes[graph.output]
    # If the output has no steps, some layer combines all steps: check every layer.
    checked = {node.name for node in graph.nodes if axis in (None, graph.time_axes[node.inputs[0]])}
    for node in graph.nodes:
        message = _look_ahead(graph, node, checked)
        if message is not None:
            raise ConfigError(
                f"{label(node)}: {message}, so it has access to the token to predict",
                code="not_applicable",
                key=key_of(node.name),
            )


def _look_ahead(graph: Graph, node: Node, checked: Collection[str]) -> str | None:
    """Return how a node has access to later steps; None if it has none.

    Args:
        graph: Graph of the model.
        node: Node of the graph.
        checked: Nodes on the time axis of the output, or all nodes if it has none.
    """
    layer = graph.layers[node.name]
    states = [value for value in node.inputs if node_of(value) != value and node_of(value) in checked]
    if states:
        return f"{states[0]} is the state after all steps"
    if node.name not in checked:
        return None
    if not layer.preserves_time:
        return "it combines all steps"
    return "it is bidirectional" if isinstance(layer, Recurrent) and len(layer.directions) == 2 else None


def check_last_steps(graph: Graph, key_of: Callable[[str], str]) -> None:
    """Reject a `last_step` layer whose `bidirectional` differs from that of the recurrent layer before it.

    Args:
        graph: Graph of the model.
        key_of: Function from the name of a node to the key of its errors.

    Raises:
        ConfigError: Half of its vector would depend on a single step.
    """
    for node in graph.nodes:
        layer = graph.layers[node.name]
        if not isinstance(layer, LastStep):
            continue
        source = _source(graph, node.inputs[0])
        recurrent = graph.layers.get(source)
        if isinstance(recurrent, Recurrent) and layer.bidirectional != (len(recurrent.directions) == 2):
            message = f"{source} is not bidirectional; remove bidirectional"
            if not layer.bidirectional:
                message = (
                    f"{source} is bidirectional, and its reverse direction ends at the first step;"
                    " set bidirectional: true"
                )
            raise ConfigError(f"{label(node)}: {message}", code="not_applicable", key=key_of(node.name))


def _source(graph: Graph, name: str) -> str:
    """Return the node that computes the vectors, skipping activations, dropout and normalization."""
    inputs = {node.name: node.inputs for node in graph.nodes}
    while len(inputs.get(name, ())) == 1 and _preserves_positions(graph, name, inputs[name][0]):
        (name,) = inputs[name]
    return name


def _preserves_positions(graph: Graph, name: str, before: str) -> bool:
    """Return whether each output element depends on the input element at its position, by shapes and weights."""
    layer = graph.layers[name]
    mixes = any(parameter.data.ndim > 1 for parameter in layer.parameters().values())
    return graph.shapes[name] == graph.shapes[before] and not mixes
