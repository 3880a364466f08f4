"""Successive halving, computed by hand."""

from __future__ import annotations

import pytest

from dlcli.search import SuccessiveHalving


def test_rungs() -> None:
    """Li et al. 2020, table 1: with one minimum epoch and a factor of 3, rungs at 1, 3 and 9."""
    assert [epoch for epoch in range(1, 30) if SuccessiveHalving().decides_after(epoch)] == [1, 3, 9, 27]
    every = SuccessiveHalving(min_epochs=2, reduction_factor=2)
    assert [epoch for epoch in range(1, 20) if every.decides_after(epoch)] == [2, 4, 8, 16]


@pytest.mark.parametrize(
    ("others", "cost", "pruned"),
    [
        ([], 9.0, False),  # the first trial always continues
        ([0.5], 0.6, True),  # one of two continues, since a third of two rounds to none
        ([0.5], 0.4, False),
        ([0.1, 0.2, 0.3, 0.4, 0.5], 0.15, False),  # the second of six: a third of them is two
        ([0.1, 0.2, 0.3, 0.4, 0.5], 0.25, True),
        ([0.5, 0.5, 0.5], 0.5, False),  # ties continue together
    ],
)
def test_best_third_continues(others: list[float], cost: float, pruned: bool) -> None:
    assert SuccessiveHalving().prunes([cost], [[other] for other in others]) == pruned


def test_successive_halving_compares_best_epochs() -> None:
    assert not SuccessiveHalving().prunes([0.1, 0.9, 0.9], [[0.2, 0.2, 0.2], [0.3, 0.3, 0.3]])
