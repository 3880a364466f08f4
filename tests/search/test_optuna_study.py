"""What Optuna is told of a trial, and what it is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from dlcli.core import Condition, Direction
from dlcli.search import Choice, IntLogUniform, IntUniform, LogUniform, Objective, Parameter, Space, Trial, Uniform
from dlcli.search.optuna_study import Answers, asked_of, outcomes_of, params_of

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


def test_each_parameter_on_its_own_scale() -> None:
    floats, categories = optuna.distributions.FloatDistribution, optuna.distributions.CategoricalDistribution
    assert [asked_of(parameter) for parameter in SPACE.drawn] == [
        floats(0.0, 1.0),
        optuna.distributions.IntDistribution(16, 256, log=True),
        optuna.distributions.IntDistribution(1, 3),
        categories((0, 1, 2)),
        floats(0.0, 1.0),
    ]


def test_values_as_optuna_would_have_suggested_them() -> None:
    values = {"rate": 1e-3, "width": 20, "depth": 3, "name": ["adam", 1]}
    assert params_of(SPACE, values) == {"rate": pytest.approx(0.25), "width": 20, "depth": 3, "name": 1}


@pytest.mark.parametrize("name", [0, 2])
def test_a_point_is_what_a_trial_suggests_and_nothing_is_asked_for_that_is_not_there(name: int) -> None:
    params = {"rate": 0.25, "width": 20, "depth": 3, "name": name, "beta": 0.5}
    trial = optuna.trial.FixedTrial(params)
    values = SPACE.point(Answers(SPACE, trial))
    expected: dict[str, Any] = {"rate": pytest.approx(1e-3), "width": 20, "depth": 3}
    expected |= {"name": "sgd", "beta": pytest.approx(0.85)} if name == 0 else {"name": None}
    assert values == expected
    assert ("beta" in trial.params) == (name == 0)


def test_what_is_told() -> None:
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
    told = outcomes_of(trials, accuracy)
    assert [one.state for one in told] == [*[state.COMPLETE] * 3, state.PRUNED, state.FAIL, state.FAIL]
    assert [one.cost for one in told] == [-0.9, -0.7, -0.7, None, None, None]  # the worst for what breaks a constraint
    assert told[3].costs == {1: -0.5, 2: -0.6}
