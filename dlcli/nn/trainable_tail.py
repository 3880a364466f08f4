"""A model behind a frozen trunk: where the features of the trunk are known, the rest can run on them alone."""

from __future__ import annotations

from dataclasses import replace

from dlcli.core import INPUT
from dlcli.nn.graph import Graph
from dlcli.nn.graph_resolution import ancestors
from dlcli.nn.layer_roles import descendants
from dlcli.nn.module import Module


class TrainableTail(Graph):
    """The nodes behind one node, with its result as their input.

    Parameters, buffers and modes are those of the whole model, so that it can be trained and saved through its tail.

    Args:
        whole: the model.
        trunk_end: the node whose result is the input; everything else reads the trunk through it.
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


def trunk_end(graph: Graph) -> str | None:
    """The last node whose result training does not change and through which all others read the input.

    None where there is none: the first layer is trained, or two results of the trunk are read.
    """
    changing = descendants(graph, {name for name, layer in graph.layers.items() if layer.changes_in_training})
    end = None
    trunk: set[str] = set()
    for node in graph.nodes:
        if node.name in changing:
            continue
        trunk = ancestors(graph.nodes, {node.name})
        behind = [other for other in graph.nodes if other.name not in trunk]
        if behind and all({*other.inputs} & {*trunk, INPUT} <= {node.name} for other in behind):
            end = node.name
    return end
