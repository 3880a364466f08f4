"""Grid search: combinations and their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from dlcli.core import Condition, ConfigError, Direction, Expression
from dlcli.search import (
    Choice,
    Distribution,
    GridSearch,
    IntLogUniform,
    IntUniform,
    LogUniform,
    Objective,
    OneMinusLogUniform,
    Parameter,
    Proposal,
    Space,
    Trial,
    Uniform,
)

OBJECTIVE = Objective("dev/error", direction=Direction.MINIMIZE)


def values(distribution: Distribution, points: int) -> list[Any]:
    return [point["a"] for point in GridSearch(points=points).grid(Space([Parameter("a", distribution)]))]


def propose(space: Space, done: int = 0, *, seed: int = 0, budget: int | None = None, points: int = 3) -> Any:
    trials = [Trial(number=number, values={"x": number}) for number in range(done)]
    return list(GridSearch(points=points).propose(space, trials, OBJECTIVE, seed=seed, budget=budget))


@pytest.mark.parametrize(
    ("distribution", "points", "expected"),
    [
        (Uniform(low=0, high=1), 3, [0.0, 0.5, 1.0]),
        (Uniform(low=0, high=1), 1, [0.5]),
        (LogUniform(low=1e-3, high=1e-1), 3, [1e-3, 1e-2, 1e-1]),
        (OneMinusLogUniform(low=0.9, high=0.999), 3, [0.9, 0.99, 0.999]),
        (IntUniform(low=1, high=100), 3, [1, 51, 100]),
        (IntUniform(low=1, high=3), 3, [1, 2, 3]),
        (IntUniform(low=5, high=5), 3, [5]),
        (IntLogUniform(low=1, high=4), 4, [1, 2, 3, 4]),
        (IntLogUniform(low=1, high=20), 10, [1, 2, 3, 4, 6, 9, 14, 20]),  # 0.5 · 41^(k/9): 0.50, 0.76, 1.14, 1.72, …
        (Choice(values=["a", "b", [1], None]), 2, ["a", "b", [1], None]),
    ],
)
def test_grid_values_of_parameter(distribution: Distribution, points: int, expected: list[Any]) -> None:
    if isinstance(expected[0], float):
        assert values(distribution, points) == pytest.approx(expected)
    else:
        assert values(distribution, points) == expected


def test_inactive_parameters_add_no_combinations() -> None:
    unit_interval = Uniform(low=0, high=1)
    space = Space(
        [
            Parameter("name", Choice(values=["adam", "momentum"])),
            Parameter("beta1", unit_interval, condition=Condition.parse("name == adam")),
            Parameter("beta2", unit_interval, condition=Condition.parse("beta1 > 0.5")),
            Parameter("rate", unit_interval),
        ]
    )
    grid = GridSearch().grid(space)
    # momentum: 3 rates; adam: two of 3 values of beta1 have no beta2 and one has 3, each with 3 rates
    assert Counter(point["name"] for point in grid) == {"momentum": 3, "adam": (2 + 3) * 3}
    assert all(("beta2" in point) == (point.get("beta1", 0) > 0.5) for point in grid)


def test_grid_has_equal_configs_once() -> None:
    space = Space(
        [
            Parameter("width", Choice(values=[16, 32]), is_auxiliary=True),
            Parameter("depth", IntUniform(low=0, high=2), is_auxiliary=True),
            Parameter("units", expression=Expression.parse("[width] * depth")),
        ]
    )
    units = [one["units"] for one in GridSearch().grid(space)]
    assert units == [[], [16], [16, 16], [32], [32, 32]]  # the width has no effect without hidden layers


SQUARE = Space([Parameter("a", IntUniform(low=0, high=9)), Parameter("b", IntUniform(low=0, high=9))])


def test_seed_determines_grid_order() -> None:
    first = propose(SQUARE, points=10)
    assert len({proposal.key for proposal in first}) == 100
    assert first == propose(SQUARE, points=10)
    other = propose(SQUARE, points=10, seed=1)
    assert first != other
    assert sorted(proposal.key for proposal in first) == sorted(proposal.key for proposal in other)


def test_small_budget_covers_grid() -> None:
    proposals: Sequence[Proposal] = propose(SQUARE, points=10, budget=40)
    assert len(proposals) == 40
    assert (
        len({proposal.values["a"] for proposal in proposals})
        == len({proposal.values["b"] for proposal in proposals})
        == 10
    )


@pytest.mark.parametrize("done", [0, 1, 39, 40, 41, 100])
def test_propose_resumes(done: int) -> None:
    everything = propose(SQUARE, points=10)
    assert propose(SQUARE, done, points=10) == everything[done:]
    assert propose(SQUARE, done, points=10, budget=40) == everything[done:40]


@pytest.mark.parametrize("points", [3, 1000])
def test_grid_too_large(points: int) -> None:
    space = Space([Parameter(f"p{number}", Uniform(low=0, high=1)) for number in range(20)])
    with pytest.raises(ConfigError, match="100,000") as refused:
        GridSearch(points=points).check(space)
    assert refused.value.code == "too_large"
    assert refused.value.key == ("space.p10" if points == 3 else "space.p1")  # 3^11 = 177,147; 1000² = 10^6
    GridSearch(points=3).check(SQUARE)


def test_grid_where_expression_fails() -> None:
    space = Space(
        [Parameter("a", Uniform(low=0, high=1)), Parameter("b", expression=Expression.parse("1 / (a - 0.25)"))]
    )
    with pytest.raises(ConfigError, match=r"a is 0\.25") as refused:
        GridSearch(points=5).check(space)
    assert refused.value.key == "space.b"
