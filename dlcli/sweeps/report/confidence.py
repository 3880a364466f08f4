"""Confidence that the best configuration is better than the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from dlcli.diagnosis import Interval, mean_interval
from dlcli.search import Configuration, SweepOutcome

#: Confidence level of intervals and comparisons.
LEVEL = 0.95


@dataclass(frozen=True)
class Confidence:
    """Confidence in the best configuration, from repeated seeds.

    Args:
        noise: Standard deviation of the value of a configuration between seeds; None if there are no repeated seeds.
        freedom: Degrees of freedom of the noise estimate.
        rivals: Configurations that are not significantly worse than the best, the best first.
        ties: Configurations with the same value as the best.
        compared: Number of configurations compared with the best.
        final: Mean of the final training with its interval; None if there is none.
        deviation: Standard deviation of the final training; None with fewer than two seeds.
    """

    noise: float | None
    freedom: int
    rivals: tuple[Configuration, ...]
    ties: tuple[Configuration, ...]
    compared: int
    final: Interval | None
    deviation: float | None


def estimate_confidence(outcome: SweepOutcome) -> Confidence:
    """Compare the best configuration pairwise with all others of equal feasibility, at 95 %.

    The noise is pooled over all configurations with several seeds, including the final training. A configuration is a
    rival unless its mean is worse by more than Student's quantile × noise × √(1/n₁ + 1/n₂). For the best, the values of
    the final training are used if there are enough, because the values it was selected by are optimistic.
    """
    final = outcome.final
    values = () if final is None else final.values
    spread = stdev(values) if len(values) > 1 else None
    ranked = outcome.objective.ranked(outcome.trials)
    groups = [one.measured for one in ranked]
    if groups and len(values) >= len(groups[0]):
        groups[0] = list(values)  # instead of the values it was selected by
    freedom = sum(len(group) - 1 for group in groups)
    squares = sum((len(group) - 1) * stdev(group) ** 2 for group in groups if len(group) > 1)
    noise = math.sqrt(squares / freedom) if freedom else None
    others = [one for one in ranked[1:] if bool(one.violated) == bool(ranked[0].violated)]
    costs = [[outcome.objective.cost(value) for value in group] for group in groups]
    pairs = zip(others, costs[1:], strict=False)
    rivals = [] if noise is None else [one for one, cost in pairs if not _is_worse(cost, costs[0], noise, freedom)]
    return Confidence(
        noise=noise,
        freedom=freedom,
        rivals=tuple(rivals),
        ties=tuple(one for one in others if one.value == ranked[0].value),
        compared=len(others),
        final=mean_interval(values, level=LEVEL) if values else None,
        deviation=spread,
    )


def _is_worse(costs: Sequence[float], best: Sequence[float], noise: float, freedom: int) -> bool:
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    error = noise * math.sqrt(1 / len(costs) + 1 / len(best))
    return fmean(costs) - fmean(best) > float(stdtrit(freedom, 0.5 + LEVEL / 2)) * error
