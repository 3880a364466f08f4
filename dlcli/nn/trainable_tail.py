"""The part of a model after its frozen trunk, which can be trained on precomputed features of the trunk."""

from __future__ import annotations

from dataclasses import replace

from dlcli.core import INPUT, node_of
from dlcli.nn.graph import Graph
from dlcli.nn.graph_resolution import ancestors
from dlcli.nn.graph_values import GraphValues
from dlcli.nn.layer_roles import descendants
from dlcli.nn.module import Module


class TrainableTail(Graph):
    """The part of a graph after the node `trunk_end`, whose output becomes the input of this graph.

    Parameters, buffers and modes are shared with the whole model, so that it can be trained and saved through its tail.

    Args:
        whole: Graph of the whole model.
        trunk_end: Name of the last node of the trunk; later nodes must not use any other node of the trunk.
    """

    def __init__(self, whole: Graph, trunk_end: str) -> None:
        trunk = ancestors(whole.nodes, {trunk_end})
        nodes = [
            replace(node, inputs=tuple(INPUT if name == trunk_end else name for name in node.inputs))
            for node in whole.nodes
            if node.name not in trunk
        ]
        values = GraphValues(
            whole.shapes | {INPUT: whole.shapes[trunk_end]}, whole.time_axes | {INPUT: whole.time_axes[trunk_end]}
        )
        super().__init__(nodes, whole.layers, values, outputs=whole.outputs, dtype=whole.dtype)
        self.whole = whole

    def children(self) -> dict[str, Module]:
        return self.whole.children()

    def train(self, mode: bool = True) -> None:
        super().train(mode)
        self.whole.training = mode


def find_trunk_end(graph: Graph) -> str | None:
    """Return the last node of the frozen trunk, whose output training does not change and through which all data flows.

    None if there is no such node: the first layer is trained, later nodes depend on two values of the trunk or on an
    input, or an output of the model is in the trunk.
    """
    changing = descendants(graph, {name for name, layer in graph.layers.items() if layer.changes_in_training})
    end = None
    for node in graph.nodes:
        if node.name not in changing and _is_only_source(graph, node.name):
            end = node.name
    return end


def _is_only_source(graph: Graph, name: str) -> bool:
    """Return whether all outputs are computed after a node, from its output only."""
    trunk = ancestors(graph.nodes, {name})
    before = trunk | graph.input_shapes.keys()
    after = [node for node in graph.nodes if node.name not in trunk]
    sources = {value for node in after for value in node.inputs if node_of(value) in before}
    return sources == {name} and trunk.isdisjoint(map(node_of, graph.outputs.values()))
