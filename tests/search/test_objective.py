"""Objectives: ranking of configurations."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from dlcli.core import Direction
from dlcli.search import Configuration, Objective, Trial

ERROR = Objective("dev/error", direction=Direction.MINIMIZE)
ACCURACY = Objective("dev/accuracy", direction=Direction.MAXIMIZE)


def trials(*values: float | None, **options: Any) -> list[Trial]:
    return [
        Trial(**{"number": number, "values": {"a": number}, "value": value, "status": "done"} | options)
        for number, value in enumerate(values)
    ]


def numbers(objective: Objective, some: list[Trial]) -> list[int]:
    return [one.number for one in objective.ranked(some)]


def test_ranking_follows_direction() -> None:
    assert numbers(ERROR, trials(0.3, 0.1, 0.2)) == [1, 2, 0]
    assert numbers(ACCURACY, trials(0.3, 0.1, 0.2)) == [0, 2, 1]
    assert (ERROR.cost(0.3), ACCURACY.cost(0.3)) == (0.3, -0.3)


def test_zero_is_ranked() -> None:
    assert numbers(ERROR, trials(0.1, 0.0, None)) == [1, 0]


def test_ties_are_ordered_by_number() -> None:
    assert numbers(ERROR, trials(0.2, 0.1, 0.1)[::-1]) == [1, 2, 0]


def test_violated_constraints_rank_last() -> None:
    first, second = trials(0.3, 0.4)
    violated = [
        replace(one, number=2 + one.number, values={"a": 2 + one.number}, value=value, violated=("latency_ms <= 5",))
        for one, value in ((first, 0.03), (second, 0.04))
    ]
    assert numbers(ERROR, [*violated, first, second]) == [0, 1, 2, 3]
    best = ERROR.best([*violated, first])
    assert best is not None and best.number == 0
    best = ERROR.best(violated)
    assert best is not None and best.number == 2


def test_ranking_uses_mean_over_seeds() -> None:
    lucky = trials(0.1, 0.5, values={"a": 0})
    steady = [Trial(number=2, values={"a": 1}, value=0.25, status="done")]
    assert numbers(ERROR, lucky + steady) == [2, 0]


def test_best_without_values_is_none() -> None:
    assert ERROR.best([]) is None
    assert ERROR.best(trials(0.1, status="pruned") + trials(None)) is None


def test_configuration_that_diverged_once_ranks_below_reliable_one() -> None:
    """The mean over the converged seeds does not predict the next seed."""
    reliable, [lucky] = trials(0.3), trials(0.1)
    lucky = Trial(**{**vars(lucky), "number": 1, "values": {"a": 1}})
    diverged = Trial(number=2, values={"a": 1}, repeat=1, status="diverged")
    assert numbers(ERROR, [*reliable, lucky]) == [1, 0]
    assert numbers(ERROR, [*reliable, lucky, diverged]) == [0, 1]


def test_nan_ranks_last() -> None:
    nan = math.nan
    assert ERROR.cost(nan) == ACCURACY.cost(nan) == math.inf
    for objective in (ERROR, ACCURACY):
        assert numbers(objective, trials(nan, 0.1, nan))[0] == 1
        best = objective.best(trials(nan, 0.2))
        assert best is not None
        assert best.value == 0.2
    assert Configuration(0, {}, tuple(trials(0.2, nan))).value == 0.2


@pytest.mark.parametrize(("objective", "higher_is_better"), [(ERROR, False), (ACCURACY, True)])
def test_json_keeps_its_keys(objective: Objective, higher_is_better: bool) -> None:
    document = objective.to_json()
    assert document == {"metric": objective.metric, "higher_is_better": higher_is_better, "constraints": []}
    assert Objective.from_json(document) == objective
    with pytest.raises(TypeError):
        Objective.from_json({**document, "weight": 1})
