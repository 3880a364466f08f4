"""The part of a model after its frozen trunk, which can be trained on precomputed features of the trunk."""

from __future__ import annotations

from dataclasses import replace

from dlcli.core import INPUT
from dlcli.nn.graph import Graph
from dlcli.nn.graph_resolution import ancestors
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
        shapes = {name: shape for name, shape in whole.shapes.items() if name not in trunk}
        super().__init__(nodes, whole.layers, shapes | {INPUT: whole.shapes[trunk_end]}, whole.output, whole.dtype.type)
        self.whole = whole

    def children(self) -> dict[str, Module]:
        return self.whole.children()

    def train(self, mode: bool = True) -> None:
        super().train(mode)
        self.whole.training = mode


def find_trunk_end(graph: Graph) -> str | None:
    """Return the last node of the frozen trunk, whose output training does not change and through which all data flows.

    None if there is no such node: the first layer is trained, or later nodes use two outputs of the trunk.
    """
    changing = descendants(graph, {name for name, layer in graph.layers.items() if layer.changes_in_training})
    end = None
    for node in graph.nodes:
        if node.name in changing:
            continue
        trunk = ancestors(graph.nodes, {node.name})
        after = [other for other in graph.nodes if other.name not in trunk]
        # later nodes may read nothing of the trunk, nor the input of the graph, except the output of this node
        if after and all({*other.inputs} & {*trunk, INPUT} <= {node.name} for other in after):
            end = node.name
    return end
