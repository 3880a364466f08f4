"""Successive halving: more and more epochs for fewer and fewer trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from annotated_types import Ge

from dlcli.core import PositiveInt, register
from dlcli.search.pruning import Pruning, best_cost


@register("pruning", "successive_halving")
class SuccessiveHalving(Pruning):
    """Asynchronous successive halving: at each rung, only the best 1 / reduction_factor of the trials continue.

    This is the stopping variant of ASHA (Li et al. 2020). The rungs are at `min_epochs · reduction_factor^k` epochs.
    Trials do not wait for each other: at a rung, a trial is compared with the trials of lower number that reached the
    rung, so the first one always continues.

    Args:
        min_epochs: Number of epochs of the first rung, which every trial reaches.
        reduction_factor: Ratio of the epochs of consecutive rungs, and inverse of the fraction of trials that continue.
    """

    def __init__(self, *, min_epochs: PositiveInt = 1, reduction_factor: Annotated[int, Ge(2)] = 3) -> None:
        self.min_epochs = min_epochs
        self.reduction_factor = reduction_factor

    def decides_after(self, epoch: int) -> bool:
        rung = self.min_epochs
        while rung < epoch:
            rung *= self.reduction_factor
        return rung == epoch

    def prunes(self, costs: Sequence[float], others: Sequence[Sequence[float]]) -> bool:
        cost = best_cost(costs)
        better = sum(best_cost(other) < cost for other in others)
        promoted = max(1, (len(others) + 1) // self.reduction_factor)
        return better >= promoted
