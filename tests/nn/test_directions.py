"""The last step is taken where everything has been read."""

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
def test_what_is_right(graph_of: Any, nodes: list[Any]) -> None:
    check(graph_of, *nodes)


@pytest.mark.parametrize("between", [[], ["tanh", ("dropout", {"rate": 0.1}), "batch_norm"]])
def test_halves_that_are_not_taken_apart(graph_of: Any, between: list[Any]) -> None:
    with pytest.raises(ConfigError, match=r"lstm_1 reads from both ends.*set bidirectional: true") as raised:
        check(graph_of, BOTH, *between, Node("last", "last_step"))
    assert raised.value.key == "model.last"


def test_halves_that_are_none(graph_of: Any) -> None:
    with pytest.raises(ConfigError, match="lstm_1 reads from one end only"):
        check(graph_of, ("lstm", {"units": 4}), LAST_OF_BOTH)
