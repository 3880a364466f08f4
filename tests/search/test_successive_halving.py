"""Successive halving, worked by hand."""

from __future__ import annotations

import pytest

from dlcli.search import SuccessiveHalving


def test_rungs() -> None:
    """Li et al. 2020, table 1: from one epoch with a factor of 3, rungs at 1, 3 and 9."""
    assert [epoch for epoch in range(1, 30) if SuccessiveHalving().decides_after(epoch)] == [1, 3, 9, 27]
    every = SuccessiveHalving(min_epochs=2, reduction_factor=2)
    assert [epoch for epoch in range(1, 20) if every.decides_after(epoch)] == [2, 4, 8, 16]


@pytest.mark.parametrize(
    ("others", "cost", "pruned"),
    [
        ([], 9.0, False),  # the first goes on
        ([0.5], 0.6, True),  # one of two goes on, since a third of two is none
        ([0.5], 0.4, False),
        ([0.1, 0.2, 0.3, 0.4, 0.5], 0.15, False),  # the second of six: a third of them is two
        ([0.1, 0.2, 0.3, 0.4, 0.5], 0.25, True),
        ([0.5, 0.5, 0.5], 0.5, False),  # equals go on together
    ],
)
def test_the_best_third_goes_on(others: list[float], cost: float, pruned: bool) -> None:
    assert SuccessiveHalving().prunes([cost], [[other] for other in others]) == pruned


def test_the_best_epoch_so_far_counts() -> None:
    assert not SuccessiveHalving().prunes([0.1, 0.9, 0.9], [[0.2, 0.2, 0.2], [0.3, 0.3, 0.3]])
