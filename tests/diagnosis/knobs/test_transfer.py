"""Advice for a model that starts from the weights of another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dlcli.diagnosis import Evidence
from dlcli.diagnosis.knobs.fit_train import bigger_network
from dlcli.diagnosis.knobs.transfer import train_fewer_layers, train_more_layers

Make = Callable[..., Evidence]
Spec = Callable[..., dict[str, Any]]
MORE = {"model.train": "all", "model.learning_rate_scale": 0.1}
FEWER = {"model.train": "head"}


@pytest.mark.parametrize(("train", "more", "fewer"), [("head", MORE, None), (2, MORE, FEWER), ("all", None, FEWER)])
def test_how_many_layers_are_trained(
    make_evidence: Make, make_spec: Spec, train: str | int, more: dict[str, Any] | None, fewer: dict[str, Any] | None
) -> None:
    evidence = make_evidence(spec=make_spec(model={"from": "/runs/trunk", "train": train, "hidden_units": [8]}))
    for rule, expected in ((train_more_layers, more), (train_fewer_layers, fewer)):
        advice = rule(evidence)
        assert (advice and advice.settings) == expected
    assert bigger_network(evidence) is None  # the weights would not fit


def test_random_initial_weights_get_no_advice_on_transfer(make_evidence: Make) -> None:
    assert train_more_layers(make_evidence()) is None
    assert train_fewer_layers(make_evidence()) is None
