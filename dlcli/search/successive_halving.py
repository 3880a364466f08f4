"""Pruning at rungs: ever more epochs for ever fewer trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from annotated_types import Ge

from dlcli.core import PositiveInt, register
from dlcli.search.pruning import Pruning, best_cost


@register("pruning", "successive_halving")
class SuccessiveHalving(Pruning):
    """Lets only the best 1/factor of those that reached a rung go on: ASHA (Li et al. 2020), in its stopping form.

    The rungs are at `min_epochs · reduction_factor^k` epochs. A trial never waits for others: at a rung it is compared
    with those before it that reached the rung, so the first goes on whatever it has reached.

    Args:
        min_epochs: where the first rung is: what every trial is given.
        reduction_factor: one in so many goes on, and the next rung is so many times higher.
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
        go_on = max(1, (len(others) + 1) // self.reduction_factor)
        return better >= go_on
