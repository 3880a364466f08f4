"""How sure it is that the best configuration is the best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from dlcli.diagnosis import Interval, mean_interval
from dlcli.search import Configuration, SweepOutcome

#: of the intervals and of the comparisons
LEVEL = 0.95


@dataclass(frozen=True)
class Confidence:
    """What repeated seeds tell.

    Args:
        noise: the standard deviation of one configuration's value from seed to seed; None where nothing was repeated.
        freedom: how many independent differences it is estimated from.
        rivals: the other configurations whose difference from the best is within the noise, the best first.
        ties: those with the very same value; the best is only the first of them.
        compared: with how many it was compared.
        final: the mean of the final training with its interval; None without one.
        deviation: the standard deviation of the final training; None with fewer than two seeds.
    """

    noise: float | None
    freedom: int
    rivals: tuple[Configuration, ...]
    ties: tuple[Configuration, ...]
    compared: int
    final: Interval | None
    deviation: float | None


def confidence(outcome: SweepOutcome) -> Confidence:
    """Compare the best configuration with every other that breaks no more, pair by pair, at 95 %.

    The noise is pooled over all configurations that were trained with several seeds, the final training included.
    Another one is within it unless its mean is worse by more than Student's quantile × noise × √(1/n₁ + 1/n₂). The
    best counts with what it reached when it was trained anew, if it was: what it was chosen for is in part luck.
    """
    final = outcome.final
    values = () if final is None else final.values
    spread = stdev(values) if len(values) > 1 else None
    ranked = outcome.objective.ranked(outcome.trials)
    groups = [one.measured for one in ranked]
    if groups and len(values) >= len(groups[0]):
        groups[0] = list(values)  # its own values are those it was chosen for
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
