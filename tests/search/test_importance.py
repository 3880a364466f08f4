"""Importance of parameters: known shares, too few trials, conditions and choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from dlcli.core import Condition, Direction, Expression
from dlcli.search import (
    Choice,
    Importance,
    IntUniform,
    LogUniform,
    Objective,
    Parameter,
    Space,
    Trial,
    Uniform,
    compute_importances,
    importance,
)

ERROR = Objective("dev/error", direction=Direction.MINIMIZE)
#: Parameters, the second on a logarithmic scale.
NUMBERS = [
    Parameter("a", Uniform(low=0.0, high=1.0)),
    Parameter("b", LogUniform(low=1e-3, high=1.0)),
    Parameter("c", Uniform(low=0.0, high=1.0)),
    Parameter("d", Uniform(low=0.0, high=1.0), is_auxiliary=True),
    Parameter("e", expression=Expression.parse("2 * d")),
]


def make_trials(
    space: Space, cost: Callable[[Mapping[str, Any]], float], count: int, noise: float = 0.0
) -> list[Trial]:
    random = np.random.default_rng(count)
    return [
        Trial(number=i, values=values, status="done", value=cost(values) + noise * random.standard_normal())
        for i, values in enumerate(space.sample(random) for _ in range(count))
    ]


def by_name(importances: Sequence[Importance]) -> dict[str, Importance]:
    return {one.parameter: one for one in importances}


def linear(values: Mapping[str, Any]) -> float:
    """Cost with shares equal to the squared slopes, since all coordinates have the variance 1/12; c and d have none."""
    return np.sqrt(0.6) * values["a"] + np.sqrt(0.4) * (np.log10(values["b"]) / 3)


@pytest.fixture
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reduce the fits, which take 50 ms each, in tests that do not depend on the intervals."""
    monkeypatch.setattr(importance, "RESAMPLES", 2)
    monkeypatch.setattr(importance, "FITS", 1)


@pytest.mark.parametrize("count", [25, 100])
def test_intervals_contain_known_shares(count: int) -> None:
    space = Space(NUMBERS)
    importances = by_name(compute_importances(space, make_trials(space, linear, count, 0.03), ERROR, seed=0))
    for name, share in {"a": 0.6, "b": 0.4, "c": 0.0, "d": 0.0}.items():
        assert importances[name].low <= share <= importances[name].high
        assert importances[name].low <= importances[name].share <= importances[name].high
    assert importances["a"].share + importances["b"].share > 0.75
    assert max(importances["c"].share, importances["d"].share) < 0.1
    assert importances["a"].high - importances["a"].low < {25: 1.0, 100: 0.35}[count]


@pytest.mark.usefixtures("few_resamples")
def test_importances_are_sorted_reproducible_and_independent_of_direction() -> None:
    space = Space(NUMBERS)
    trials = make_trials(space, linear, 30)
    importances = compute_importances(space, trials, ERROR, seed=1)
    assert [one.share for one in importances] == sorted((one.share for one in importances), reverse=True)
    assert importances == compute_importances(space, trials, ERROR, seed=1)
    maximized = by_name(
        compute_importances(space, trials, Objective("dev/accuracy", direction=Direction.MAXIMIZE), seed=1)
    )
    assert all(maximized[one.parameter].share == pytest.approx(one.share, abs=1e-9) for one in importances)


def test_importance_of_choice_and_conditional_parameter() -> None:
    """f = 1/2 + u if name is "on", one of three values, else 0.

    E[f | u] = (1/2 + u) / 3 has variance 1/108; E[f | name] is 1 or 0 and has 2/9; E[f²] = (1 + 1/12) / 3, so f has
    13/36 − 1/9 = 1/4.
    """
    space = Space(
        [
            Parameter("name", Choice(values=["off", "on", "also_off"])),
            Parameter("u", Uniform(low=0.0, high=1.0), condition=Condition.parse("name == on")),
            Parameter("useless", IntUniform(low=1, high=3)),
        ]
    )
    trials = make_trials(space, lambda values: 0.5 + values["u"] if values["name"] == "on" else 0.0, 80)
    importances = by_name(compute_importances(space, trials, ERROR, seed=0))
    assert importances["name"].low <= (2 / 9) / (1 / 4) <= importances["name"].high
    assert importances["u"].low <= (1 / 108) / (1 / 4) <= importances["u"].high
    assert importances["useless"].share < 0.03


@pytest.mark.usefixtures("few_resamples")
def test_repeated_configurations_count_once() -> None:
    space = Space(NUMBERS)
    trials = make_trials(space, linear, 12)
    again = [
        Trial(number=12 + i, values=one.values, repeat=1, status="done", value=one.value)
        for i, one in enumerate(trials)
    ]
    assert compute_importances(space, [*trials, *again], ERROR, seed=0) == compute_importances(
        space, trials, ERROR, seed=0
    )


def test_no_importances_with_too_few_or_equal_values() -> None:
    space = Space(NUMBERS)
    trials = make_trials(space, linear, 9)
    failed = [Trial(number=9 + i, values=one.values | {"a": 0.5}, status="failed") for i, one in enumerate(trials)]
    assert compute_importances(space, [], ERROR, seed=0) == ()
    assert compute_importances(space, [*trials, *failed], ERROR, seed=0) == ()
    assert compute_importances(space, make_trials(space, lambda values: 0.1, 40), ERROR, seed=0) == ()
