"""Properties of every pruning rule, for any costs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import registry
from dlcli.search import Pruning

EPOCHS = 9

COSTS = st.lists(st.floats(-10, 10), min_size=EPOCHS, max_size=EPOCHS)


def every_pruning() -> list[str]:
    names = registry.names("pruning")
    assert len(names) >= 2
    return names


def create(name: str) -> Pruning:
    pruning = registry.lookup("pruning", name)()
    assert isinstance(pruning, Pruning)
    return pruning


@pytest.mark.parametrize("name", every_pruning())
@given(costs=COSTS)
def test_the_first_trial_is_never_pruned(name: str, costs: list[float]) -> None:
    assert not create(name).prunes(costs, [])


@pytest.mark.parametrize("name", every_pruning())
@given(costs=COSTS, others=st.lists(COSTS, max_size=12))
def test_a_trial_as_good_as_the_best_is_never_pruned(name: str, costs: list[float], others: list[list[float]]) -> None:
    best = min([min(other) for other in others], default=0.0)
    assert not create(name).prunes([best, *costs[1:]], others)


@pytest.mark.parametrize("name", every_pruning())
@given(costs=COSTS, others=st.lists(COSTS, max_size=12), data=st.data())
def test_the_order_of_the_others_has_no_effect(
    name: str, costs: list[float], others: list[list[float]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(others))
    assert create(name).prunes(costs, others) == create(name).prunes(costs, shuffled)


@pytest.mark.parametrize("name", every_pruning())
@given(costs=COSTS, others=st.lists(COSTS, max_size=12), better=st.floats(0, 5))
def test_a_trial_better_than_an_unpruned_one_is_not_pruned(
    name: str, costs: list[float], others: list[list[float]], better: float
) -> None:
    pruning = create(name)
    if not pruning.prunes(costs, others):
        assert not pruning.prunes([cost - better for cost in costs], others)


@pytest.mark.parametrize("name", every_pruning())
def test_the_worst_of_many_is_pruned_when_it_is_evaluated(name: str) -> None:
    pruning = create(name)
    others = [[0.1 * number] * EPOCHS for number in range(10)]
    assert any(pruning.decides_after(epoch) for epoch in range(1, EPOCHS + 1))
    assert pruning.prunes([2.0] * EPOCHS, others)


@pytest.mark.parametrize("name", every_pruning())
def test_every_option_is_documented(name: str) -> None:
    component = registry.lookup("pruning", name)
    assert registry.summary(component).endswith(".")
    assert all(option.description for option in registry.options(component))


@pytest.mark.parametrize("name", every_pruning())
def test_a_trial_of_nan_is_pruned_among_finite_ones(name: str) -> None:
    pruning = create(name)
    others = [[0.1 * number] * EPOCHS for number in range(10)]
    nans = [math.nan] * EPOCHS
    assert pruning.prunes(nans, others)
    assert not pruning.prunes([0.0, math.nan], [*others, nans])
    assert not pruning.prunes([math.nan, 0.0], [nans] * 10)
