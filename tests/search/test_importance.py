"""Importance: shares that are known by arithmetic, when there is nothing to say, conditions, choices."""

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
    importance,
    importances,
)

ERROR = Objective("dev/error", direction=Direction.MINIMIZE)
#: the second is on a logarithmic scale
NUMBERS = [
    Parameter("a", Uniform(low=0.0, high=1.0)),
    Parameter("b", LogUniform(low=1e-3, high=1.0)),
    Parameter("c", Uniform(low=0.0, high=1.0)),
    Parameter("d", Uniform(low=0.0, high=1.0), is_auxiliary=True),
    Parameter("e", expression=Expression.parse("2 * d")),
]


def tried(space: Space, cost: Callable[[Mapping[str, Any]], float], count: int, noise: float = 0.0) -> list[Trial]:
    random = np.random.default_rng(count)
    return [
        Trial(number=i, values=values, status="done", value=cost(values) + noise * random.standard_normal())
        for i, values in enumerate(space.sample(random) for _ in range(count))
    ]


def by_name(found: Sequence[Importance]) -> dict[str, Importance]:
    return {one.parameter: one for one in found}


def linear(values: Mapping[str, Any]) -> float:
    """Squares of the slopes are shares, since all have the variance of a uniform number, 1/12; c and d have none."""
    return np.sqrt(0.6) * values["a"] + np.sqrt(0.4) * (np.log10(values["b"]) / 3)


@pytest.fixture
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what is not about intervals: a fit takes a twentieth of a second."""
    monkeypatch.setattr(importance, "RESAMPLES", 2)
    monkeypatch.setattr(importance, "FITS", 1)


@pytest.mark.parametrize("count", [25, 100])
def test_intervals_contain_the_shares(count: int) -> None:
    space = Space(NUMBERS)
    found = by_name(importances(space, tried(space, linear, count, 0.03), ERROR, seed=0))
    for name, share in {"a": 0.6, "b": 0.4, "c": 0.0, "d": 0.0}.items():
        assert found[name].low <= share <= found[name].high
        assert found[name].low <= found[name].share <= found[name].high
    assert found["a"].share + found["b"].share > 0.75
    assert max(found["c"].share, found["d"].share) < 0.1
    assert found["a"].high - found["a"].low < {25: 1.0, 100: 0.35}[count]


@pytest.mark.usefixtures("few_resamples")
def test_sorted_the_same_each_time_and_whatever_the_direction() -> None:
    space = Space(NUMBERS)
    trials = tried(space, linear, 30)
    found = importances(space, trials, ERROR, seed=1)
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)
    assert found == importances(space, trials, ERROR, seed=1)
    upside_down = by_name(importances(space, trials, Objective("dev/accuracy", direction=Direction.MAXIMIZE), seed=1))
    assert all(upside_down[one.parameter].share == pytest.approx(one.share, abs=1e-9) for one in found)


def test_a_switch_and_what_it_switches_on() -> None:
    """f = 1/2 + u where name is on, one value of three, else 0.

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
    trials = tried(space, lambda values: 0.5 + values["u"] if values["name"] == "on" else 0.0, 80)
    found = by_name(importances(space, trials, ERROR, seed=0))
    assert found["name"].low <= (2 / 9) / (1 / 4) <= found["name"].high
    assert found["u"].low <= (1 / 108) / (1 / 4) <= found["u"].high
    assert found["useless"].share < 0.03


@pytest.mark.usefixtures("few_resamples")
def test_configurations_count_once() -> None:
    space = Space(NUMBERS)
    trials = tried(space, linear, 12)
    again = [
        Trial(number=12 + i, values=one.values, repeat=1, status="done", value=one.value)
        for i, one in enumerate(trials)
    ]
    assert importances(space, [*trials, *again], ERROR, seed=0) == importances(space, trials, ERROR, seed=0)


def test_nothing_where_there_is_nothing_to_say() -> None:
    space = Space(NUMBERS)
    trials = tried(space, linear, 9)
    failed = [Trial(number=9 + i, values=one.values | {"a": 0.5}, status="failed") for i, one in enumerate(trials)]
    assert importances(space, [], ERROR, seed=0) == ()
    assert importances(space, [*trials, *failed], ERROR, seed=0) == ()
    assert importances(space, tried(space, lambda values: 0.1, 40), ERROR, seed=0) == ()
