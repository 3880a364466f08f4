"""Check of the layers that padded sequences pass through."""

from __future__ import annotations

from collections.abc import Callable

from dlcli.core import ConfigError
from dlcli.nn.graph import Graph
from dlcli.nn.graph_resolution import label
from dlcli.nn.layers.merge import Concat
from dlcli.nn.node import Node


def check_padding(graph: Graph, key_of: Callable[[str], str]) -> None:
    """Refuse a model that combines the steps of sequences with those of their padding.

    Args:
        graph: Graph of the model, whose inputs are sequences of different lengths.
        key_of: Function from the name of a node to the key of its errors.

    Raises:
        ConfigError: A layer combines steps and does not take the lengths of the sequences.
    """
    for node in graph.nodes:
        if node.name in graph.mixing_nodes or _joins_sequences(graph, node):
            message = (
                "it combines all steps, also those of padding, but the sequences have different lengths; use "
                "mean_over_time, max_over_time or last_step"
            )
            raise ConfigError(f"{label(node)}: {message}", code="not_applicable", key=key_of(node.name))


def _joins_sequences(graph: Graph, node: Node) -> bool:
    """Return whether a node appends sequences to each other, so that padding is between their steps."""
    layer = graph.layers[node.name]
    has_steps = graph.time_axes[node.inputs[0]] is not None
    return has_steps and isinstance(layer, Concat) and layer.axis % len(graph.shapes[node.name]) == 0
