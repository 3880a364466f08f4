"""Ending trials that have little hope, while they are trained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar


class Pruning:
    """Base of the rules. A trial is judged beside the trials numbered before it, whoever trains them and when, so that
    the same trials are pruned whatever the number of workers."""

    registry_kind: ClassVar[str] = "pruning"

    def decides_after(self, epoch: int) -> bool:
        """Whether trials are judged after this epoch, counted from 1."""
        raise NotImplementedError

    def prunes(self, costs: Sequence[float], others: Sequence[Sequence[float]]) -> bool:
        """Whether a trial is to end now.

        Args:
            costs: the trial's after each of its epochs so far; less is better, NaN is worse than every number.
            others: the costs of the trials numbered before it that got as far, up to the same epoch.
        """
        raise NotImplementedError


def best_cost(costs: Sequence[float]) -> float:
    """The smallest of the costs; infinite where none is a number, since NaN is neither less nor greater than any."""
    return min((cost for cost in costs if not math.isnan(cost)), default=math.inf)
