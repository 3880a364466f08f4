"""Layers that combine steps are refused for padded sequences, unless they take the lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli.core import ConfigError
from dlcli.nn import Graph, Node, check_padding

INPUTS, LENGTHS = np.random.default_rng(0).standard_normal((3, 4, 2)).astype(np.float32), np.array([4, 1, 2])
MIXING: list[tuple[Any, ...]] = [
    ("flatten",),
    (("linear", {"units": 2}), Node("flat", "reshape", {"shape": [-1]})),
    (Node("a", "tanh", inputs=("input",)), Node("b", "concat", {"axis": 0}, ("a", "input")), "mean_over_time"),
]


@pytest.mark.parametrize("nodes", MIXING)
def test_layers_that_mix_steps_with_padding_are_refused(graph_of: Any, nodes: tuple[Any, ...]) -> None:
    graph: Graph = graph_of((4, 2), *nodes)
    with pytest.raises(ConfigError) as caught:
        check_padding(graph, "model.{}".format)
    assert caught.value.code == "not_applicable"
    assert caught.value.key in {"model.flatten_1", "model.flat", "model.b"}
    assert graph.forward(INPUTS).shape[0] == 3
    with pytest.raises((ConfigError, ValueError)):
        graph.forward(INPUTS, LENGTHS)


@pytest.mark.parametrize(
    "nodes",
    [
        (("lstm", {"units": 2}), "batch_norm", "last_step", "flatten"),
        ("layer_norm", "mean_over_time", ("reshape", {"shape": [2, 1]}), "flatten"),
        (Node("a", "tanh", inputs=("input",)), Node("b", "concat", {}, ("a", "input")), "max_over_time"),
    ],
)
def test_layers_that_take_lengths_are_not(graph_of: Any, nodes: tuple[Any, ...]) -> None:
    graph: Graph = graph_of((4, 2), *nodes)
    check_padding(graph, "model.{}".format)
    assert np.isfinite(graph.forward(INPUTS, LENGTHS).data).all()


def test_lengths_of_one_input_do_not_concern_another(graph_of: Any) -> None:
    graph: Graph = graph_of(
        {"text": (4, 2), "picture": (2, 2)},
        Node("steps", "mean_over_time", {}, ("text",)),
        Node("pixels", "flatten", {}, ("picture",)),
        Node("both", "concat", {}, ("steps", "pixels")),
    )
    inputs = {"text": INPUTS, "picture": INPUTS[:, :2]}
    assert graph.forward(inputs, {"text": LENGTHS}).shape == (3, 6)
    with pytest.raises(ConfigError):
        graph.forward(inputs, {"picture": np.array([1, 2, 1])})
