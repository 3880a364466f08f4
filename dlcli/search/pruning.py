"""Pruning: ending unpromising trials early."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar


class Pruning:
    """Base class of pruning rules.

    A trial is compared only with trials of lower number, no matter which worker trains them and when, so the number
    of workers does not change which trials are pruned.
    """

    registry_kind: ClassVar[str] = "pruning"

    def decides_after(self, epoch: int) -> bool:
        """Return whether the rule is applied after this epoch, counted from 1."""
        raise NotImplementedError

    def prunes(self, costs: Sequence[float], others: Sequence[Sequence[float]]) -> bool:
        """Return whether to end a trial now.

        Args:
            costs: Cost of the trial after each epoch so far; lower is better, NaN is worse than every number.
            others: Costs of the trials of lower number that reached the same epoch, up to that epoch.
        """
        raise NotImplementedError


def best_cost(costs: Sequence[float]) -> float:
    """Return the smallest cost, ignoring NaN, which compares with nothing; infinity if all are NaN."""
    return min((cost for cost in costs if not math.isnan(cost)), default=math.inf)
