"""Conversion of trials, values and distributions to Optuna's and back."""

from __future__ import annotations

from typing import Any

import pytest

from dlcli.core import Condition, Direction
from dlcli.search import Choice, IntLogUniform, IntUniform, LogUniform, Objective, Parameter, Space, Trial, Uniform
from dlcli.search.optuna_study import SuggestedPoint, optuna_distribution, optuna_params, to_outcomes

optuna = pytest.importorskip("optuna")

SPACE = Space(
    [
        Parameter("rate", LogUniform(low=1e-4, high=1.0)),
        Parameter("width", IntLogUniform(low=16, high=256)),
        Parameter("depth", IntUniform(low=1, high=3)),
        Parameter("name", Choice(values=["sgd", ["adam", 1], None])),
        Parameter("beta", Uniform(low=0.8, high=0.9), condition=Condition.parse("name == sgd")),
    ]
)


def test_optuna_distributions() -> None:
    floats, categories = optuna.distributions.FloatDistribution, optuna.distributions.CategoricalDistribution
    assert [optuna_distribution(parameter) for parameter in SPACE.drawn] == [
        floats(0.0, 1.0),
        optuna.distributions.IntDistribution(16, 256, log=True),
        optuna.distributions.IntDistribution(1, 3),
        categories((0, 1, 2)),
        floats(0.0, 1.0),
    ]


def test_optuna_params() -> None:
    values = {"rate": 1e-3, "width": 20, "depth": 3, "name": ["adam", 1]}
    assert optuna_params(SPACE, values) == {"rate": pytest.approx(0.25), "width": 20, "depth": 3, "name": 1}


@pytest.mark.parametrize("name", [0, 2])
def test_suggested_point_has_only_active_parameters(name: int) -> None:
    params = {"rate": 0.25, "width": 20, "depth": 3, "name": name, "beta": 0.5}
    trial = optuna.trial.FixedTrial(params)
    values = SPACE.point(SuggestedPoint(SPACE, trial))
    expected: dict[str, Any] = {"rate": pytest.approx(1e-3), "width": 20, "depth": 3}
    expected |= {"name": "sgd", "beta": pytest.approx(0.85)} if name == 0 else {"name": None}
    assert values == expected
    assert ("beta" in trial.params) == (name == 0)


def test_outcomes_by_status() -> None:
    state = optuna.trial.TrialState
    accuracy = Objective("dev/accuracy", direction=Direction.MAXIMIZE)
    trials = [
        Trial(number=0, values={}, status="done", value=0.9),
        Trial(number=1, values={}, status="done", value=0.7),
        Trial(number=2, values={}, status="done", value=0.95, violated=("latency_ms <= 5",)),
        Trial(number=3, values={}, status="pruned", value=0.6, history=(0.5, 0.6)),
        Trial(number=4, values={}, status="diverged"),
        Trial(number=5, values={}, status="killed"),
    ]
    outcomes = to_outcomes(trials, accuracy)
    assert [one.state for one in outcomes] == [*[state.COMPLETE] * 3, state.PRUNED, state.FAIL, state.FAIL]
    assert [one.cost for one in outcomes] == [
        -0.9,
        -0.7,
        -0.7,
        None,
        None,
        None,
    ]  # the worst cost stands for a violated constraint
    assert outcomes[3].costs == {1: -0.5, 2: -0.6}
