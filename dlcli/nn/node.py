"""One layer of a model as data: what a config says and a run saves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from dlcli.core import PREVIOUS


@dataclass(frozen=True)
class Node:
    """A layer in a model's graph.

    Args:
        name: unique in the model; "" lets `with_names` choose.
        type: registered name of the layer.
        options: the layer's options, plain JSON values; nested components as `{name: …, options}`.
        inputs: names of nodes, "previous" or "input".
    """

    name: str
    type: str
    options: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = (PREVIOUS,)


def with_names(nodes: Iterable[Node]) -> list[Node]:
    """The nodes, those without a name called `<type>_<count>`: linear_1, relu_1, linear_2 …"""
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
