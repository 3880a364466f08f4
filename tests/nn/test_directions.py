"""Checks of the directions in which a model processes sequences."""

from __future__ import annotations

from typing import Any

import pytest

from dlcli.core import ConfigError
from dlcli.nn import Node, check_causal, check_last_steps

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


# ---- causal models ----

KEY_OF = "model.{}".format


def translator(graph_of: Any, *nodes: Node) -> Any:
    return graph_of({"source": (5, 2), "target": (4, 3)}, *nodes, outputs=nodes[-1].name)


def test_only_the_steps_of_the_output_must_be_causal(graph_of: Any) -> None:
    encoder = Node("encoder", "gru", {"units": 2, "bidirectional": True}, ("source",))
    mean = Node("mean", "mean_over_time")
    start = Node("start", "concat", {}, ("mean", "encoder.hidden"))
    decoder = Node("decoder", "gru", {"units": 8}, ("target", "start"))
    check_causal(translator(graph_of, encoder, mean, start, decoder), KEY_OF)
    for wrong in (
        Node("late", "gru", {"units": 3}, ("target", "first.hidden")),
        Node("late", "gru", {"units": 3, "bidirectional": True}, ("first",)),
    ):
        first = Node("first", "gru", {"units": 3}, ("target", "last_of_source"))
        last = Node("last_of_source", "last_step", {}, ("source_states",))
        states = Node("source_states", "gru", {"units": 3}, ("source",))
        end = Node("end", "concat", {}, ("late", "first"))
        with pytest.raises(ConfigError) as caught:
            check_causal(translator(graph_of, states, last, first, wrong, end), KEY_OF)
        assert (caught.value.key, caught.value.code) == ("model.late", "not_applicable")


def test_the_final_state_is_not_causal(graph_of: Any) -> None:
    graph = graph_of(
        (4, 3), Node("first", "gru", {"units": 3}), Node("second", "gru", {"units": 3}, ("input", "first.hidden"))
    )
    with pytest.raises(ConfigError) as caught:
        check_causal(graph, KEY_OF)
    assert (caught.value.key, caught.value.code) == ("model.second", "not_applicable")
