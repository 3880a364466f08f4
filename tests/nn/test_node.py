"""Automatic names of nodes."""

from __future__ import annotations

from dlcli.nn import Node, with_names


def test_unnamed_nodes_are_counted_by_type() -> None:
    nodes = [Node("", "linear"), Node("", "relu"), Node("head", "linear"), Node("", "linear")]
    assert [node.name for node in with_names(nodes)] == ["linear_1", "relu_1", "head", "linear_2"]


def test_an_existing_name_is_not_used_again() -> None:
    nodes = [Node("", "relu"), Node("relu_1", "relu"), Node("", "relu")]
    assert [node.name for node in with_names(nodes)] == ["relu_2", "relu_1", "relu_3"]


def test_existing_names_are_unchanged() -> None:
    nodes = [Node("a", "relu"), Node("b", "relu", inputs=("a",))]
    assert with_names(nodes) == nodes
