"""Pruning what does worse than half of the trials before."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from dlcli.core import NonNegativeInt, PositiveInt, register
from dlcli.search.pruning import Pruning, best_cost


@register("pruning", "median")
class MedianPruning(Pruning):
    """Ends a trial whose best result so far is worse than the median of the others' best up to the same epoch.

    The rule of Vizier (Golovin et al. 2017) with the best in place of the average, because a trial is judged by its
    best epoch in the end, too.

    Args:
        warmup_epochs: what every trial is given before it is judged.
        startup_trials: how many others must have come as far before one is ended.
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
