"""Node: the description of one layer, as stated in a config and saved in a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from dlcli.core import PREVIOUS


@dataclass(frozen=True)
class Node:
    """Layer in the graph of a model.

    Args:
        name: Name of the node, unique in the model; "" lets `with_names` choose.
        type: Registered name of the layer.
        options: Options of the layer as JSON values; nested components as `{name: …, options}`.
        inputs: Names of nodes, "previous" or "input".
    """

    name: str
    type: str
    options: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = (PREVIOUS,)


def with_names(nodes: Iterable[Node]) -> list[Node]:
    """Return the nodes, with `<type>_<count>` for missing names: linear_1, relu_1, linear_2 …"""
    nodes = list(nodes)
    taken = {node.name for node in nodes}
    counts: dict[str, int] = {}
    named = []
    for node in nodes:
        if not node.name:
            count = counts.get(node.type, 0) + 1
            while f"{node.type}_{count}" in taken:
                count += 1
            counts[node.type] = count
            node = replace(node, name=f"{node.type}_{count}")
        named.append(node)
    return named
