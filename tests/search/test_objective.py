"""Which configuration is the best."""

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


def test_the_direction() -> None:
    assert numbers(ERROR, trials(0.3, 0.1, 0.2)) == [1, 2, 0]
    assert numbers(ACCURACY, trials(0.3, 0.1, 0.2)) == [0, 2, 1]
    assert (ERROR.cost(0.3), ACCURACY.cost(0.3)) == (0.3, -0.3)


def test_zero_is_a_value() -> None:
    assert numbers(ERROR, trials(0.1, 0.0, None)) == [1, 0]


def test_of_equals_the_earlier() -> None:
    assert numbers(ERROR, trials(0.2, 0.1, 0.1)[::-1]) == [1, 2, 0]


def test_what_breaks_a_constraint_comes_after_all_that_break_none() -> None:
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


def test_the_mean_over_seeds_decides() -> None:
    lucky = trials(0.1, 0.5, values={"a": 0})
    steady = [Trial(number=2, values={"a": 1}, value=0.25, status="done")]
    assert numbers(ERROR, lucky + steady) == [2, 0]


def test_without_values_there_is_no_best() -> None:
    assert ERROR.best([]) is None
    assert ERROR.best(trials(0.1, status="pruned") + trials(None)) is None


def test_what_diverged_with_one_seed_comes_after_what_never_did() -> None:
    """The mean of the seeds that converged says nothing of the next one."""
    reliable, [lucky] = trials(0.3), trials(0.1)
    lucky = Trial(**{**vars(lucky), "number": 1, "values": {"a": 1}})
    diverged = Trial(number=2, values={"a": 1}, repeat=1, status="diverged")
    assert numbers(ERROR, [*reliable, lucky]) == [1, 0]
    assert numbers(ERROR, [*reliable, lucky, diverged]) == [0, 1]


def test_what_is_no_number_comes_last() -> None:
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
