"""Random search: which configuration comes when."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dlcli.core import Direction, generator
from dlcli.search import Choice, LogUniform, Objective, Parameter, Proposal, RandomSearch, Space, Trial, Uniform

OBJECTIVE = Objective("dev/error", direction=Direction.MINIMIZE)
SPACE = Space([Parameter("rate", LogUniform(low=1e-4, high=1)), Parameter("l2", Uniform(low=0, high=1))])


def proposed(space: Space, trials: Sequence[Trial] = (), *, seed: int = 0, budget: int | None = 8) -> list[Proposal]:
    return list(RandomSearch().propose(space, trials, OBJECTIVE, seed=seed, budget=budget))


def as_trials(proposals: Sequence[Proposal]) -> list[Trial]:
    return [Trial(number=number, **vars(proposal)) for number, proposal in enumerate(proposals)]


def test_configuration_k_is_drawn_by_a_generator_of_its_own() -> None:
    for number, proposal in enumerate(proposed(SPACE, seed=3)):
        assert proposal == Proposal(values=SPACE.sample(generator(3, "point", number)))


@pytest.mark.parametrize("done", range(9))
def test_it_goes_on_where_it_was(done: int) -> None:
    everything = proposed(SPACE)
    assert proposed(SPACE, as_trials(everything)[:done]) == everything[done:]


def test_a_larger_budget_begins_the_same() -> None:
    assert proposed(SPACE, budget=20)[:8] == proposed(SPACE)


def test_without_a_limit_it_never_ends() -> None:
    first = proposed(SPACE, budget=None)
    second = proposed(SPACE, as_trials(first), budget=None)
    assert [*first, *second] == proposed(SPACE, budget=len(first) + len(second))


def test_seeds_differ() -> None:
    assert proposed(SPACE, seed=0) != proposed(SPACE, seed=1)


def test_a_configuration_that_is_drawn_again_has_another_seed() -> None:
    small = Space([Parameter("name", Choice(values=["a", "b"]))])
    everything = proposed(small, budget=10)
    assert len({(proposal.key, proposal.repeat) for proposal in everything}) == 10
    assert proposed(small, as_trials(everything)[:7], budget=10) == everything[7:]
    RandomSearch().check(small)
    assert RandomSearch().stages(small, as_trials(everything), OBJECTIVE) == ()
