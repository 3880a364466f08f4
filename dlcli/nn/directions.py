"""From which end sequences are read: what a model may look at, and where it has read everything."""

from __future__ import annotations

from collections.abc import Callable

from dlcli.core import INPUT, ConfigError
from dlcli.nn.graph import Graph
from dlcli.nn.graph_resolution import label
from dlcli.nn.layers.over_time import LastStep
from dlcli.nn.layers.recurrent import Recurrent


def check_causal(graph: Graph, key_of: Callable[[str], str]) -> None:
    """Refuse a model of the next step that sees it.

    Args:
        graph: the model.
        key_of: Function from the name of a node to the key that errors have.

    Raises:
        ConfigError: a layer reads from the end, or makes one thing of all steps.
    """
    for node in graph.nodes:
        layer = graph.layers[node.name]
        if not layer.preserves_time:
            found = "it makes one thing of all steps"
        elif isinstance(layer, Recurrent) and len(layer.directions) == 2:
            found = "it also reads from the end"
        else:
            continue
        raise ConfigError(
            f"{label(node)}: {found}, so it sees the token that is to be predicted",
            code="not_applicable",
            key=key_of(node.name),
        )


def check_last_steps(graph: Graph, key_of: Callable[[str], str]) -> None:
    """Refuse a last step that does not know in how many directions the layer before it reads.

    Args:
        graph: the model.
        key_of: Function from the name of a node to the key that errors have.

    Raises:
        ConfigError: half of its vector would have seen one step only.
    """
    for node in graph.nodes:
        layer = graph.layers[node.name]
        if not isinstance(layer, LastStep):
            continue
        source = _source(graph, node.inputs[0])
        read_by = graph.layers.get(source)
        if isinstance(read_by, Recurrent) and layer.bidirectional != (len(read_by.directions) == 2):
            found = f"{source} reads from one end only; leave out bidirectional"
            if not layer.bidirectional:
                found = (
                    f"{source} reads from both ends, and backwards it ends at the first step; set bidirectional: true"
                )
            raise ConfigError(f"{label(node)}: {found}", code="not_applicable", key=key_of(node.name))


def _source(graph: Graph, name: str) -> str:
    """The node whose vectors these are; activations, dropout and normalizations are passed over."""
    inputs = {node.name: node.inputs for node in graph.nodes}
    while name != INPUT and len(inputs[name]) == 1 and _preserves_positions(graph, name, inputs[name][0]):
        (name,) = inputs[name]
    return name


def _preserves_positions(graph: Graph, name: str, before: str) -> bool:
    """Whether each number of a node's result comes from the number at its place, as far as shapes and weights tell."""
    layer = graph.layers[name]
    mixes = any(parameter.data.ndim > 1 for parameter in layer.parameters().values())
    return graph.shapes[name] == graph.shapes[before] and not mixes
