"""The head of a model."""

from __future__ import annotations

from collections.abc import Callable

from dlcli.nn import Graph, Node
from dlcli.nn.head import head_layers, layers_with_parameters

GraphOf = Callable[..., Graph]


def test_the_head_is_the_last_layer_with_parameters(graph_of: GraphOf) -> None:
    graph = graph_of((4,), ("linear", {"units": 3}), "batch_norm", ("linear", {"units": 2}), "relu")
    assert layers_with_parameters(graph) == ["linear_1", "batch_norm_1", "linear_2"]
    assert head_layers(graph) == ["linear_2"]


def test_branches_and_auxiliary_outputs_have_separate_heads(graph_of: GraphOf) -> None:
    graph = graph_of(
        (4,),
        Node("trunk", "linear", {"units": 3}),
        Node("early", "linear", {"units": 2}),
        Node("aside", "auxiliary_output", {"weight": 0.3}),
        Node("left", "linear", {"units": 2}, inputs=("trunk",)),
        Node("right", "linear", {"units": 2}, inputs=("trunk",)),
        Node("sum", "add", inputs=("left", "right")),
    )
    assert head_layers(graph) == ["early", "left", "right"]


def test_every_output_has_a_head(graph_of: GraphOf) -> None:
    graph = graph_of(
        {"left": (4,), "right": (5, 3)},
        Node("trunk", "linear", {"units": 3}, ("left",)),
        Node("class", "linear", {"units": 2}),
        Node("active", "relu"),
        Node("reader", "gru", {"units": 3}, ("right", "trunk")),
        outputs={"class": "active", "final": "reader.hidden"},
    )
    assert head_layers(graph) == ["class", "reader"]
