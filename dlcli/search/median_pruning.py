"""Median pruning: end trials that do worse than half of the earlier ones."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from dlcli.core import NonNegativeInt, PositiveInt, register
from dlcli.search.pruning import Pruning, best_cost


@register("pruning", "median")
class MedianPruning(Pruning):
    """Median stopping rule: a trial ends if its best result is worse than the median of the other trials' best.

    Results are compared up to the same epoch. In contrast to Vizier (Golovin et al. 2017), the best result is used
    instead of the running average, because a finished trial is also evaluated by its best epoch.

    Args:
        warmup_epochs: Number of epochs of every trial before the rule applies.
        startup_trials: Number of earlier trials that must have reached the epoch before the rule applies.
    """

    def __init__(self, *, warmup_epochs: NonNegativeInt = 3, startup_trials: PositiveInt = 5) -> None:
        self.warmup_epochs = warmup_epochs
        self.startup_trials = startup_trials

    def decides_after(self, epoch: int) -> bool:
        return epoch >= self.warmup_epochs

    def prunes(self, costs: Sequence[float], others: Sequence[Sequence[float]]) -> bool:
        if len(others) < self.startup_trials:
            return False
        return best_cost(costs) > statistics.median(map(best_cost, others))
