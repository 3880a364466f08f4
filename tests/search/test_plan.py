"""Plans: seeds of existing configurations, and proposals that are missing after an interruption."""

from __future__ import annotations

from dlcli.search import Trial
from dlcli.search.plan import Plan


def test_existing_configuration_is_repeated_with_another_seed() -> None:
    plan = Plan(2, [Trial(number=0, values={"a": 1}), Trial(number=1, values={"a": 1}, repeat=4)])
    for value in (1, 2, 1, 2):
        plan.add({"a": value})
    assert [(it.values["a"], it.repeat, it.stage) for it in plan.proposals] == [
        (1, 5, 2),
        (2, 0, 2),
        (1, 6, 2),
        (2, 1, 2),
    ]
    assert not plan.is_new({"a": 2}) and plan.is_new({"a": 3})


def test_plan_distinguishes_true_from_one() -> None:
    assert Plan(0, [Trial(number=0, values={"a": 1})]).is_new({"a": True})


def test_missing_proposals() -> None:
    plan = Plan(1, [])
    for value in (1, 2, 1):
        plan.add({"a": value})
    trials = [Trial(number=5, values={"a": 1}, stage=1), Trial(number=6, values={"a": 2}, stage=1)]
    assert [(it.values, it.repeat) for it in plan.missing(trials)] == [({"a": 1}, 1)]
