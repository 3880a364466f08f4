"""Checks of the directions in which a model processes sequences."""

from __future__ import annotations

from typing import Any

import pytest

from dlcli.core import ConfigError
from dlcli.nn import Node, check_last_steps

BOTH, LAST_OF_BOTH = ("lstm", {"units": 2, "bidirectional": True}), ("last_step", {"bidirectional": True})


def check(graph_of: Any, *nodes: Any) -> None:
    check_last_steps(graph_of((4, 3), *nodes), "model.{}".format)


@pytest.mark.parametrize(
    "nodes",
    [
        [("lstm", {"units": 2}), "last_step"],
        [BOTH, LAST_OF_BOTH],
        [BOTH, "tanh", ("dropout", {"rate": 0.1}), "layer_norm", LAST_OF_BOTH],
        [BOTH, ("gru", {"units": 2}), "last_step"],
        [BOTH, ("linear", {"units": 4}), "last_step"],
        ["tanh", "last_step"],
    ],
)
def test_valid_models(graph_of: Any, nodes: list[Any]) -> None:
    check(graph_of, *nodes)


@pytest.mark.parametrize("between", [[], ["tanh", ("dropout", {"rate": 0.1}), "batch_norm"]])
def test_last_step_of_a_bidirectional_layer_must_be_bidirectional(graph_of: Any, between: list[Any]) -> None:
    with pytest.raises(ConfigError, match=r"lstm_1 .*bidirectional: true") as caught:
        check(graph_of, BOTH, *between, Node("last", "last_step"))
    assert (caught.value.key, caught.value.code) == ("model.last", "not_applicable")


def test_last_step_of_a_forward_layer_must_not_be_bidirectional(graph_of: Any) -> None:
    with pytest.raises(ConfigError, match="lstm_1 is not bidirectional"):
        check(graph_of, ("lstm", {"units": 4}), LAST_OF_BOTH)
