"""Fully connected architectures as lists of nodes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from dlcli.core import registry
from dlcli.models import logistic_regression, mlp, softmax_regression


def types(nodes: list[Any]) -> list[str]:
    return [node.type for node in nodes]


def test_mlp_with_all_options() -> None:
    nodes = mlp((8,), 3, hidden_units=[5, 4], batch_norm=True, dropout_rate=0.2, activation="tanh")
    block = ["linear", "batch_norm", "tanh", "dropout"]
    assert types(nodes) == [*block, *block, "linear"]
    assert nodes[0].options == {"units": 5, "use_bias": False, "initializer": {"name": "xavier_normal"}}
    assert nodes[3].options == {"rate": 0.2}
    assert nodes[-1].name == "output"
    assert nodes[-1].options == {"units": 3, "use_bias": True, "initializer": {"name": "xavier_normal"}}


def test_mlp_with_defaults() -> None:
    nodes = mlp((8,), 3, hidden_units=[5])
    assert types(nodes) == ["linear", "relu", "linear"]
    assert nodes[0].options["initializer"] == {"name": "he_normal"}
    assert types(mlp((8,), 3, hidden_units=[])) == ["linear"]


def test_one_initializer_for_every_weight() -> None:
    """Including the output's, so that zeros show the failure to break symmetry."""
    nodes = mlp((8,), 3, hidden_units=[5], initializer={"name": "zeros"})
    assert all(node.options["initializer"] == {"name": "zeros"} for node in nodes if node.type == "linear")


@pytest.mark.parametrize("architecture", [logistic_regression, softmax_regression])
def test_linear_models_have_one_layer(architecture: Any) -> None:
    (node,) = architecture((8,), 3)
    assert (node.name, node.type) == ("output", "linear")
    assert node.options == {"units": 3, "use_bias": True, "initializer": {"name": "zeros"}}


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 3), ()])
def test_examples_that_are_not_vectors_are_flattened(shape: tuple[int, ...]) -> None:
    assert mlp(shape, 3, hidden_units=[5])[0].type == "flatten"
    assert logistic_regression(shape, 1)[0].type == "flatten"


def test_nodes_are_plain_data() -> None:
    nodes = mlp((8, 8), 3, hidden_units=[5], batch_norm=True, dropout_rate=0.1)
    assert json.loads(json.dumps([asdict(node) for node in nodes]))[1]["type"] == "linear"


def test_every_option_is_described() -> None:
    for name in registry.names("architecture"):
        for option in registry.options(registry.lookup("architecture", name)):
            assert option.description, f"{name}: {option.name}"
