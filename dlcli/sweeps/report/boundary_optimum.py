"""Where the best configurations crowd an end of a parameter's range, so that better ones may lie beyond it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dlcli.search import Distribution, Space
from dlcli.sweeps.report.plot_points import Point

#: the outer part of a range; the best fifth of the configurations, but some, is looked at
_OUTER, _BEST, _FEWEST, _MOST = 0.2, 0.2, 4, 10
#: how seldom chance alone may crowd them so
_SELDOM = 0.01
#: positions at which a distribution is asked
_STEPS = 1000


@dataclass(frozen=True)
class BoundaryOptimum:
    """The best configurations lie at an end.

    Args:
        parameter: its name.
        is_upper: at which end.
        end: the value there.
        count: how many of the best lie there.
        among: how many were looked at.
        beyond: the value that all of these reach or pass.
    """

    parameter: str
    is_upper: bool
    end: Any
    count: int
    among: int
    beyond: Any


def boundary_optima(space: Space, ranked: Sequence[Point]) -> list[BoundaryOptimum]:
    """The ends at which the best of the finished configurations lie far more often than chance would put them there.

    Args:
        space: what was searched.
        ranked: configurations, the best first.
    """
    found = []
    for parameter in space.drawn:
        distribution = parameter.distribution
        if distribution is None or not distribution.is_ordered:
            continue
        finished = [point for point in ranked if point.fate == "done" and parameter.name in point.normalized]
        among = min(max(round(_BEST * len(finished)), _FEWEST), _MOST)
        if len(finished) < 2 * among:
            continue
        best = finished[:among]
        for is_upper in (False, True):
            reach, chance = _outer_share(distribution, is_upper=is_upper)
            inward = [
                1 - point.normalized[parameter.name] if is_upper else point.normalized[parameter.name] for point in best
            ]
            there = [point for point, coordinate in zip(best, inward, strict=True) if coordinate < reach]
            if inward[0] < reach and _at_least(len(there), among, chance) < _SELDOM:
                values = [point.configuration.values[parameter.name] for point in there]
                beyond = min(values) if is_upper else max(values)
                end = distribution.value(1.0 if is_upper else 0.0)
                found.append(BoundaryOptimum(parameter.name, is_upper, end, len(there), among, beyond))
    return found


def _outer_share(distribution: Distribution, *, is_upper: bool) -> tuple[float, float]:
    """How far the outer part reaches, and how likely a drawn value falls there: a fifth, or whole cells of integers."""
    inward = [
        1 - coordinate if is_upper else coordinate
        for coordinate in (distribution.normalize(distribution.value((step + 0.5) / _STEPS)) for step in range(_STEPS))
    ]
    reach = max(_OUTER, min(inward) + 1e-9)
    return reach, sum(coordinate < reach for coordinate in inward) / _STEPS


def _at_least(count: int, among: int, chance: float) -> float:
    """How likely it is that so many or more fall there by chance."""
    return sum(math.comb(among, k) * chance**k * (1 - chance) ** (among - k) for k in range(count, among + 1))
