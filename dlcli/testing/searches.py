"""Contracts of a search: its proposals follow from its arguments alone, lie in the space and keep to the budget."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlcli.core import Condition, ConfigError, Direction, Expression
from dlcli.search import (
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
from dlcli.testing.check import Subject

ERROR = Objective("dev/error", direction=Direction.MINIMIZE)

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


def the_same_seed_gives_the_same_trials_and_another_seed_others(subject: Subject) -> None:
    """The seed decides, and nothing else."""
    search, space = _create(subject)
    first = _sweep(search, space, seed=3, budget=13)
    assert _points(first) == _points(_sweep(_create(subject)[0], space, seed=3, budget=13))
    assert _points(first) != _points(_sweep(search, space, seed=4, budget=13))


def a_sweep_that_was_stopped_anywhere_resumes_with_the_same_trials(subject: Subject) -> None:
    """Also in the middle of what was proposed at once."""
    search, space = _create(subject)
    undisturbed = _sweep(search, space, seed=5, budget=13)
    for stopped in (1, 4, 6, 9, 12):
        resumed = _sweep(_create(subject)[0], space, seed=5, budget=13, trials=undisturbed[:stopped])
        assert _points(resumed) == _points(undisturbed)


def trials_lie_in_the_space_and_keep_to_the_budget(subject: Subject) -> None:
    """Every value is within its bounds, conditions hold, and no training is proposed twice."""
    search, space = _create(subject)
    trials = _sweep(search, space, seed=0, budget=17)
    for trial in trials:
        values = trial.values
        assert 1e-4 <= values["optimizer.learning_rate"] <= 1
        assert values["depth"] in (1, 2, 3) and 16 <= values["width"] <= 256
        assert values["model.hidden_units"] == [values["width"]] * values["depth"]
        assert ("optimizer.beta1" in values) == (values.get("optimizer.name") == "adam")
        again = space.point({one.name: 0.5 for one in space.drawn} | space.normalized(values))
        assert again.keys() == values.keys()
        for name, value in values.items():
            is_close = math.isclose(again[name], value, rel_tol=1e-6) if isinstance(value, float) else False
            assert is_close or again[name] == value, name
    assert len(trials) <= 17
    assert len({(trial.key, trial.repeat) for trial in trials}) == len(trials), "the same training twice"
    assert not search.propose(space, trials[:17], ERROR, seed=0, budget=len(trials))


def proposes_something_without_a_budget(subject: Subject) -> None:
    """A budget of None is no limit."""
    search, space = _create(subject)
    assert search.propose(space, [], ERROR, seed=0, budget=None)


def continues_when_every_trial_failed(subject: Subject) -> None:
    """Trials without a value do not end the search."""
    search, space = _create(subject)
    first = search.propose(space, [], ERROR, seed=0, budget=20)
    failed = [
        dataclasses.replace(_train(it, number), status="failed", value=None) for number, it in enumerate(first[:12])
    ]
    assert search.propose(space, failed, ERROR, seed=0, budget=20)


def a_space_of_few_points_is_searched_completely(subject: Subject) -> None:
    """A space of two points ends with both of them tried, and neither twice."""
    search, _ = _create(subject)
    few = Space([Parameter("depth", IntUniform(low=1, high=2)), Parameter("width", IntUniform(low=3, high=3))])
    trials: list[Trial] = []
    while len(trials) < 9 and (proposals := search.propose(few, trials, ERROR, seed=0, budget=9)):
        start = len(trials)
        trials += [
            Trial(number=start + i, values=it.values, repeat=it.repeat, stage=it.stage, status="done", value=0.1 * i)
            for i, it in enumerate(proposals)
        ]
    assert len({(trial.key, trial.repeat) for trial in trials}) == len(trials)
    assert {trial.values["depth"] for trial in trials} == {1, 2}


CONTRACTS = (
    the_same_seed_gives_the_same_trials_and_another_seed_others,
    a_sweep_that_was_stopped_anywhere_resumes_with_the_same_trials,
    trials_lie_in_the_space_and_keep_to_the_budget,
    proposes_something_without_a_budget,
    continues_when_every_trial_failed,
    a_space_of_few_points_is_searched_completely,
)


def _create(subject: Subject) -> tuple[Search, Space]:
    """The search and a space for it, with a condition and a choice if the search takes them."""
    search = subject.create()
    assert isinstance(search, Search), f"{subject} is not a Search"
    try:
        search.check(conditional := Space(CONDITIONAL))
    except ConfigError:
        search.check(numbers := Space(NUMBERS))
        return search, numbers
    return search, conditional


def _error(values: Mapping[str, Any], number: int) -> float:
    """A valley along the learning rate, with noise that depends on the number of the trial."""
    noise = np.random.default_rng(number).normal(scale=0.01)
    return float(0.1 * (math.log10(values["optimizer.learning_rate"]) + 2) ** 2 + 0.1 / values["depth"] + noise)


def _train(proposal: Proposal, number: int) -> Trial:
    """The outcome of a proposal; every seventh trial diverges."""
    outcome: dict[str, Any] = (
        {"status": "diverged", "reason": "loss is not finite"}
        if number % 7 == 3
        else {"status": "done", "value": _error(proposal.values, number)}
    )
    return Trial(number=number, values=proposal.values, repeat=proposal.repeat, stage=proposal.stage, **outcome)


def _sweep(search: Search, space: Space, *, seed: int, budget: int, trials: Sequence[Trial] = ()) -> list[Trial]:
    """All trials of a sweep, which may have begun before."""
    done = list(trials)
    while proposals := search.propose(space, done, ERROR, seed=seed, budget=budget):
        assert len(done) + len(proposals) <= budget, "more trials than the budget has"
        done += [_train(proposal, len(done) + number) for number, proposal in enumerate(proposals)]
    return done


def _points(trials: Sequence[Trial]) -> list[tuple[str, int, int]]:
    return [(trial.key, trial.repeat, trial.stage) for trial in trials]
