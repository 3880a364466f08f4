"""Random search: configurations and their order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dlcli.core import Direction, generator
from dlcli.search import Choice, LogUniform, Objective, Parameter, Proposal, RandomSearch, Space, Trial, Uniform

OBJECTIVE = Objective("dev/error", direction=Direction.MINIMIZE)
SPACE = Space([Parameter("rate", LogUniform(low=1e-4, high=1)), Parameter("l2", Uniform(low=0, high=1))])


def propose(space: Space, trials: Sequence[Trial] = (), *, seed: int = 0, budget: int | None = 8) -> list[Proposal]:
    return list(RandomSearch().propose(space, trials, OBJECTIVE, seed=seed, budget=budget))


def as_trials(proposals: Sequence[Proposal]) -> list[Trial]:
    return [Trial(number=number, **vars(proposal)) for number, proposal in enumerate(proposals)]


def test_each_configuration_has_separate_generator() -> None:
    for number, proposal in enumerate(propose(SPACE, seed=3)):
        assert proposal == Proposal(values=SPACE.sample(generator(3, "point", number)))


@pytest.mark.parametrize("done", range(9))
def test_propose_resumes(done: int) -> None:
    everything = propose(SPACE)
    assert propose(SPACE, as_trials(everything)[:done]) == everything[done:]


def test_larger_budget_has_same_prefix() -> None:
    assert propose(SPACE, budget=20)[:8] == propose(SPACE)


def test_unlimited_budget_continues() -> None:
    first = propose(SPACE, budget=None)
    second = propose(SPACE, as_trials(first), budget=None)
    assert [*first, *second] == propose(SPACE, budget=len(first) + len(second))


def test_seeds_give_different_proposals() -> None:
    assert propose(SPACE, seed=0) != propose(SPACE, seed=1)


def test_repeated_configuration_has_another_seed() -> None:
    small = Space([Parameter("name", Choice(values=["a", "b"]))])
    everything = propose(small, budget=10)
    assert len({(proposal.key, proposal.repeat) for proposal in everything}) == 10
    assert propose(small, as_trials(everything)[:7], budget=10) == everything[7:]
    RandomSearch().check(small)
    assert RandomSearch().stages(small, as_trials(everything), OBJECTIVE) == ()
