"""What a search looks for: one metric to optimize, constraints to satisfy."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from dlcli.search.trial import Configuration, Trial, configurations


@dataclass(frozen=True)
class Objective:
    """The metric that decides between trials, and its direction.

    A configuration that breaks a constraint comes after every one that breaks none, as in `training.selection`.

    Args:
        metric: `<split>/<metric>`.
        higher_is_better: its direction.
        constraints: those to satisfy, such as `latency_ms <= 5`.
    """

    metric: str
    higher_is_better: bool
    constraints: tuple[str, ...] = ()

    def cost(self, value: float) -> float:
        """A value of the metric so that less is better; infinite for NaN, which is worse than every number."""
        if math.isnan(value):
            return math.inf
        return -value if self.higher_is_better else value

    def ranked(self, trials: Iterable[Trial]) -> list[Configuration]:
        """The configurations that have a value, the best first; of equals the earlier."""
        return sorted(
            (one for one in configurations(trials) if one.value is not None),
            key=lambda one: (bool(one.violated), self.cost(one.value or 0.0), one.number),
        )

    def best(self, trials: Iterable[Trial]) -> Configuration | None:
        """The best configuration; None while none has a value."""
        return next(iter(self.ranked(trials)), None)
