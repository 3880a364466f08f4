"""Every search: what it proposes follows from its arguments alone, lies in the space and keeps to the budget."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from dlcli.core import Condition, Direction, Expression, registry
from dlcli.search import (
    CMAES,
    Choice,
    IntLogUniform,
    IntUniform,
    LogUniform,
    Objective,
    Parameter,
    Proposal,
    Search,
    Space,
    Trial,
    Uniform,
)

ERROR = Objective("dev/error", direction=Direction.MINIMIZE)

#: what a search needs besides the core
NEEDS = {"tpe": ["optuna"], "gp": ["optuna", "torch"], "cma_es": ["optuna", "cmaes"]}

NUMBERS = (
    Parameter("optimizer.learning_rate", LogUniform(low=1e-4, high=1.0)),
    Parameter("regularization.l2", LogUniform(low=1e-6, high=1e-2)),
    Parameter("depth", IntUniform(low=1, high=3), is_auxiliary=True),
    Parameter("width", IntLogUniform(low=16, high=256), is_auxiliary=True),
    Parameter("model.hidden_units", expression=Expression.parse("[width] * depth")),
)
CONDITIONAL = (
    *NUMBERS,
    Parameter("optimizer.name", Choice(values=["momentum", "adam"])),
    Parameter("optimizer.beta1", Uniform(low=0.8, high=0.99), condition=Condition.parse("optimizer.name == adam")),
)


def every_search() -> list[Any]:
    """Their names; a Gaussian process takes a second for a few proposals."""
    names = registry.names("search")
    assert len(names) >= 6
    return [pytest.param(name, marks=pytest.mark.slow) if name == "gp" else name for name in names]


def made(name: str) -> Search:
    for package in NEEDS.get(name, []):
        pytest.importorskip(package)
    search = registry.lookup("search", name)()
    assert isinstance(search, Search)
    return search


def space_for(search: Search) -> Space:
    """One with a condition, where the search takes conditions."""
    return Space(NUMBERS if isinstance(search, CMAES) else CONDITIONAL)


def error(values: Mapping[str, Any], number: int) -> float:
    """A valley of the learning rate; the number of a trial is its noise."""
    noise = np.random.default_rng(number).normal(scale=0.01)
    return 0.1 * (math.log10(values["optimizer.learning_rate"]) + 2) ** 2 + 0.1 / values["depth"] + noise


def trained(proposal: Proposal, number: int) -> Trial:
    """Every seventh fails."""
    outcome: dict[str, Any] = (
        {"status": "diverged", "reason": "loss is not finite"}
        if number % 7 == 3
        else {"status": "done", "value": error(proposal.values, number)}
    )
    return Trial(number=number, values=proposal.values, repeat=proposal.repeat, stage=proposal.stage, **outcome)


def swept(search: Search, space: Space, *, seed: int, budget: int, trials: Sequence[Trial] = ()) -> list[Trial]:
    """All trials of a sweep, which may have begun before."""
    found = list(trials)
    while left := search.propose(space, found, ERROR, seed=seed, budget=budget):
        assert len(found) + len(left) <= budget
        found += [trained(proposal, len(found) + number) for number, proposal in enumerate(left)]
    return found


def points(trials: Sequence[Trial]) -> list[tuple[str, int, int]]:
    return [(trial.key, trial.repeat, trial.stage) for trial in trials]


@pytest.mark.parametrize("name", every_search())
def test_the_same_seed_gives_the_same_trials_and_another_seed_others(name: str) -> None:
    search = made(name)
    space = space_for(search)
    first = swept(search, space, seed=3, budget=13)
    assert points(first) == points(swept(made(name), space, seed=3, budget=13))
    assert points(first) != points(swept(search, space, seed=4, budget=13))


@pytest.mark.parametrize("name", every_search())
def test_a_sweep_that_was_stopped_anywhere_goes_on_with_the_same_trials(name: str) -> None:
    """Also in the middle of what was proposed at once."""
    search = made(name)
    space = space_for(search)
    undisturbed = swept(search, space, seed=5, budget=13)
    for stopped in (1, 4, 6, 9, 12):
        assert points(swept(made(name), space, seed=5, budget=13, trials=undisturbed[:stopped])) == points(undisturbed)


@pytest.mark.parametrize("name", every_search())
def test_trials_lie_in_the_space_and_keep_to_the_budget(name: str) -> None:
    search = made(name)
    space = space_for(search)
    for trial in (trials := swept(search, space, seed=0, budget=17)):
        values = trial.values
        assert 1e-4 <= values["optimizer.learning_rate"] <= 1
        assert values["depth"] in (1, 2, 3) and 16 <= values["width"] <= 256
        assert values["model.hidden_units"] == [values["width"]] * values["depth"]
        assert ("optimizer.beta1" in values) == (values.get("optimizer.name") == "adam")
        again = space.point({one.name: 0.5 for one in space.drawn} | space.normalized(values))
        assert again.keys() == values.keys()
        assert all(again[name] == (pytest.approx(it) if isinstance(it, float) else it) for name, it in values.items())
    assert len(trials) <= 17
    assert len({(trial.key, trial.repeat) for trial in trials}) == len(trials), "the same training twice"
    assert not search.propose(space, trials[:17], ERROR, seed=0, budget=len(trials))


@pytest.mark.parametrize("name", every_search())
def test_proposes_something_where_there_is_no_limit(name: str) -> None:
    search = made(name)
    assert search.propose(space_for(search), [], ERROR, seed=0, budget=None)


@pytest.mark.parametrize("name", every_search())
def test_goes_on_when_everything_failed(name: str) -> None:
    search = made(name)
    space = space_for(search)
    first = search.propose(space, [], ERROR, seed=0, budget=20)
    failed = [
        dataclasses.replace(trained(it, number), status="failed", value=None) for number, it in enumerate(first[:12])
    ]
    assert search.propose(space, failed, ERROR, seed=0, budget=20)


@pytest.mark.parametrize("name", every_search())
def test_a_space_of_few_points_is_no_special_case(name: str) -> None:
    search = made(name)
    few = Space([Parameter("depth", IntUniform(low=1, high=2)), Parameter("width", IntUniform(low=3, high=3))])
    proposals: list[Trial] = []
    while len(proposals) < 9 and (left := search.propose(few, proposals, ERROR, seed=0, budget=9)):
        start = len(proposals)
        proposals += [
            Trial(number=start + i, values=it.values, repeat=it.repeat, stage=it.stage, status="done", value=0.1 * i)
            for i, it in enumerate(left)
        ]
    assert len({(trial.key, trial.repeat) for trial in proposals}) == len(proposals)
    assert {trial.values["depth"] for trial in proposals} == {1, 2}


@pytest.mark.parametrize("name", every_search())
def test_every_option_is_documented(name: str) -> None:
    component = registry.lookup("search", name)
    assert registry.summary(component).strip()
    assert all(option.description for option in registry.options(component))
