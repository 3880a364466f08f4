"""Small graphs from compact descriptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dlcli.nn  # noqa: F401 - registers the layers
from dlcli.core import Generators, registry
from dlcli.nn import Graph, Layer, Node, with_names


def create(node: Node) -> Layer:
    layer: Layer = registry.lookup("layer", node.type)(**node.options)
    return layer


@pytest.fixture
def graph_of() -> Callable[..., Graph]:
    """Return `graph_of(shape, *nodes)`, which builds a graph from nodes, names of layers, or (name, options) pairs."""

    def build(
        shape: tuple[int, ...],
        *entries: Node | str | tuple[str, dict[str, Any]],
        seed: int = 0,
        output: str | None = None,
        dtype: type[np.floating[Any]] = np.float32,
    ) -> Graph:
        nodes = [
            entry if isinstance(entry, Node) else Node("", entry) if isinstance(entry, str) else Node("", *entry)
            for entry in entries
        ]
        return Graph.build(
            with_names(nodes), shape, generators=Generators(seed), create=create, output=output, dtype=dtype
        )

    return build
