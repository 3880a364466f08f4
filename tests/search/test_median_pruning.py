"""Median pruning, computed by hand."""

from __future__ import annotations

import pytest

from dlcli.search import MedianPruning

#: The best values up to epoch 2 are 0.2, 0.3, 0.4, 0.5 and 0.6; their median is 0.4.
OTHERS = [[0.2, 0.9], [0.8, 0.3], [0.4, 0.4], [0.5, 0.7], [0.9, 0.6]]


@pytest.mark.parametrize(("costs", "pruned"), [([0.9, 0.41], True), ([0.9, 0.4], False), ([0.39, 0.9], False)])
def test_best_so_far_is_compared_with_median(costs: list[float], pruned: bool) -> None:
    assert MedianPruning().prunes(costs, OTHERS) == pruned


def test_no_pruning_with_too_few_trials() -> None:
    assert not MedianPruning(startup_trials=6).prunes([9.0, 9.0], OTHERS)


def test_warmup_epochs() -> None:
    assert [epoch for epoch in range(1, 7) if MedianPruning(warmup_epochs=3).decides_after(epoch)] == [3, 4, 5, 6]
    assert MedianPruning(warmup_epochs=0).decides_after(1)
