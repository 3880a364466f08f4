"""Comparison of two values in both directions."""

from __future__ import annotations

import itertools
import math

import pytest

from dlcli.core import Direction

DOWN, UP = Direction.MINIMIZE, Direction.MAXIMIZE
NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("new", "old", "down", "up"),
    [
        (0.1, 0.2, True, False),
        (0.2, 0.1, False, True),
        (0.2, 0.2, False, False),  # an equal value is not an improvement
        (0.0, -0.0, False, False),
        (5e-324, 0.0, False, True),  # the smallest difference of two floats
        (0.1, None, True, True),
        (INF, None, True, True),
        (NAN, None, False, False),
        (NAN, 0.2, False, False),
        (NAN, NAN, False, False),
        (0.2, NAN, True, True),
        (INF, NAN, True, True),
        (INF, 0.2, False, True),
        (-INF, 0.2, True, False),
        (INF, INF, False, False),
        (-INF, -INF, False, False),
    ],
)
def test_improvement(new: float, old: float | None, down: bool, up: bool) -> None:
    assert (DOWN.is_improvement(new, old), UP.is_improvement(new, old)) == (down, up)


@pytest.mark.parametrize(
    ("new", "min_delta", "down", "up"),
    [(0.25, 0.25, False, False), (0.125, 0.25, True, False), (0.75, 0.25, False, False), (0.875, 0.25, False, True)],
)
def test_an_improvement_exceeds_min_delta(new: float, min_delta: float, down: bool, up: bool) -> None:
    assert (DOWN.is_improvement(new, 0.5, min_delta), UP.is_improvement(new, 0.5, min_delta)) == (down, up)


@pytest.mark.parametrize(
    ("direction", "value", "cost"),
    [(DOWN, 0.3, 0.3), (UP, 0.3, -0.3), (DOWN, NAN, INF), (UP, NAN, INF), (UP, -INF, INF), (DOWN, -INF, -INF)],
)
def test_cost_is_better_when_lower(direction: Direction, value: float, cost: float) -> None:
    assert direction.cost(value) == cost


@pytest.mark.parametrize("direction", Direction)
def test_cost_and_improvement_agree(direction: Direction) -> None:
    values = [-INF, -1.0, 0.0, 0.5, INF]
    for new in [*values, NAN]:
        for old in values:
            assert direction.is_improvement(new, old) == (direction.cost(new) < direction.cost(old))


@pytest.mark.parametrize(
    ("value", "down", "up"), [(0.9, True, True), (0.95, False, True), (0.85, True, False), (NAN, False, False)]
)
def test_reaches(value: float, down: bool, up: bool) -> None:
    assert (DOWN.reaches(value, 0.9), UP.reaches(value, 0.9)) == (down, up)


def test_words() -> None:
    assert (DOWN, UP, DOWN.better, UP.better) == ("min", "max", "lower", "higher")


def test_rank_puts_constraints_before_values_and_nan_last() -> None:
    violated = ("latency_ms <= 5",)
    ranks = [DOWN.rank(0.1), DOWN.rank(0.3), DOWN.rank(INF), DOWN.rank(NAN)]
    ranks += [DOWN.rank(0.1, violated), DOWN.rank(NAN, violated)]
    assert all(better < worse for better, worse in itertools.pairwise(ranks))
    assert UP.rank(0.3) < UP.rank(0.1) < UP.rank(-INF) < UP.rank(NAN) < UP.rank(0.9, ["latency_ms <= 5"])
