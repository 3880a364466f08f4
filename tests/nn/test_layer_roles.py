"""New, fine-tuned and frozen layers, and their effect on a training step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli.core import ConfigError, registry
from dlcli.nn import Arena, Graph, LayerRoles, Node

GraphOf = Callable[..., Graph]


@pytest.fixture
def graph(graph_of: GraphOf) -> Graph:
    return graph_of(
        (6, 6, 1),
        ("conv2d", {"filters": 2, "kernel_size": 3}),
        "batch_norm",
        "relu",
        ("dropout", {"rate": 0.5}),
        "flatten",
        ("linear", {"units": 5}),
        "relu",
        ("dropout", {"rate": 0.5}),
        ("linear", {"units": 3}),
    )


@pytest.mark.parametrize(
    ("options", "new", "tuned", "frozen"),
    [
        ({}, ["linear_2"], ["conv2d_1", "batch_norm_1", "linear_1"], []),
        ({"train": "head"}, ["linear_2"], [], ["conv2d_1", "batch_norm_1", "linear_1"]),
        ({"train": "head", "replace_head": False}, [], ["linear_2"], ["conv2d_1", "batch_norm_1", "linear_1"]),
        ({"train": 2}, ["linear_2"], ["linear_1"], ["conv2d_1", "batch_norm_1"]),
        ({"train": 4}, ["linear_2"], ["conv2d_1", "batch_norm_1", "linear_1"], []),
        ({"train": 1, "reinitialize": ["conv2d_1"]}, ["conv2d_1", "linear_2"], [], ["batch_norm_1", "linear_1"]),
    ],
)
def test_roles(graph: Graph, options: dict[str, Any], new: list[str], tuned: list[str], frozen: list[str]) -> None:
    assert LayerRoles.of(graph, **options) == LayerRoles(tuple(new), tuple(tuned), tuple(frozen))


@pytest.mark.parametrize(
    ("options", "key", "message"),
    [
        ({"train": 99}, "train", "4 layers .* got 99: conv2d_1, batch"),
        ({"reinitialize": ["conv_1"]}, "reinitialize[0]", "did you mean conv2d_1"),
        ({"reinitialize": ["conv2d_1", "relu_1"]}, "reinitialize[1]", "relu_1"),
    ],
)
def test_invalid_options_are_refused_at_their_key(
    graph: Graph, options: dict[str, Any], key: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        LayerRoles.of(graph, **options)
    assert caught.value.key == key


def apply(graph: Graph, **options: Any) -> None:
    LayerRoles.of(graph, **options).apply(graph, learning_rate_scale=0.1)
    graph.train()


def test_frozen_layers_are_not_in_the_arena_and_tuned_ones_have_a_scaled_rate(graph: Graph) -> None:
    apply(graph, train=2)
    arena = Arena(graph.parameters())
    assert {segment.name for segment in arena.segments} == {
        "linear_1.weight", "linear_1.bias", "linear_2.weight", "linear_2.bias",
    }  # fmt: skip
    scales = {name: parameter.learning_rate_scale for name, parameter in graph.parameters().items()}
    assert (scales["linear_1.weight"], scales["linear_2.weight"]) == (0.1, 1.0)


def test_a_frozen_trunk_keeps_its_averages_and_has_no_dropout(graph: Graph) -> None:
    apply(graph, train="head")
    modes = {name: layer.training for name, layer in graph.layers.items()}
    # the second dropout is after the last frozen layer: it regularizes the head
    assert (modes["batch_norm_1"], modes["dropout_1"], modes["dropout_2"]) == (False, False, True)
    before = {name: array.copy() for name, array in graph.buffers().items()}
    x = np.random.default_rng(0).standard_normal((8, 6, 6, 1)).astype(np.float32)
    seen: dict[str, list[np.ndarray]] = {"linear_1": [], "linear_2": []}
    for _ in range(2):
        graph.compute(x, on_output=lambda name, values: seen[name].append(values) if name in seen else None)
    assert np.array_equal(*seen["linear_1"])
    assert not np.array_equal(*seen["linear_2"])
    assert all(np.array_equal(before[name], array) for name, array in graph.buffers().items())


def test_dropout_after_a_new_layer_is_active_even_before_a_frozen_one(graph: Graph) -> None:
    apply(graph, train="head", reinitialize=["conv2d_1"])
    modes = {name: layer.training for name, layer in graph.layers.items()}
    assert modes["dropout_1"]
    assert not modes["batch_norm_1"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"train": "head"}, {"linear": 1}),
        # dropout is a product with its mask, ReLU is fused with the layer before it
        ({"train": 2}, {"linear": 2, "multiply": 1}),
        ({"train": 3}, {"linear": 2, "multiply": 2, "reshape": 1, "batch_norm": 1}),
    ],
)
def test_no_gradient_is_computed_below_the_first_trained_layer(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], expected: dict[str, int]
) -> None:
    calls: Counter[str] = Counter()
    for name in registry.names("function"):
        function: Any = registry.lookup("function", name)

        def counted(*args: Any, _name: str = name, _backward: Any = function.backward) -> Any:
            calls[_name] += 1
            return _backward(*args)

        monkeypatch.setattr(function, "backward", staticmethod(counted))
    apply(graph, **options)
    x = np.random.default_rng(0).standard_normal((8, 6, 6, 1)).astype(np.float32)
    graph.forward(x).sum().backward()
    calls = Counter({name: count for name, count in calls.items() if name != "sum"})
    assert {name: calls[name] for name in expected} == expected, calls
    assert "conv2d" not in calls
    assert sum(calls.values()) == sum(expected.values()), calls


def test_a_frozen_layer_above_a_new_one_passes_the_gradient_on(graph_of: GraphOf) -> None:
    graph = graph_of((4,), Node("new", "linear", {"units": 3}), Node("frozen", "linear", {"units": 3}), "relu")
    LayerRoles(("new",), (), ("frozen",)).apply(graph)
    arena = Arena(graph.parameters())
    graph.train()
    graph.forward(np.ones((2, 4), np.float32)).sum().backward()
    assert graph.layers["frozen"].parameters()["weight"].grad is None
    assert arena.norm() > 0
