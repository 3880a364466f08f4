"""Optimum at the edge of the search space: the best configurations lie near a bound of a parameter's range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dlcli.search import Distribution, Space
from dlcli.sweeps.report.plot_points import Point

#: Outer part of a range, as a fraction of the range.
_OUTER = 0.2
#: Best part of the configurations, as a fraction, and its minimum and maximum number.
_BEST, _MIN_BEST, _MAX_BEST = 0.2, 4, 10
#: Significance level.
_LEVEL = 0.01
#: Number of coordinates at which a distribution is evaluated.
_STEPS = 1000


@dataclass(frozen=True)
class BoundaryOptimum:
    """Concentration of the best configurations near a bound.

    Args:
        parameter: Name of the parameter.
        is_upper: Whether the bound is the upper one.
        bound: Value of the bound.
        count: Number of the best configurations near the bound.
        among: Number of best configurations considered.
        threshold: Value between which and the bound these configurations lie.
    """

    parameter: str
    is_upper: bool
    bound: Any
    count: int
    among: int
    threshold: Any


def boundary_optima(space: Space, ranked: Sequence[Point]) -> list[BoundaryOptimum]:
    """Return the bounds near which significantly many of the best configurations lie (binomial test).

    Args:
        space: Search space.
        ranked: Configurations, the best first.
    """
    optima = []
    for parameter in space.drawn:
        distribution = parameter.distribution
        if distribution is None or not distribution.is_ordered:
            continue
        finished = [point for point in ranked if point.ending == "done" and parameter.name in point.normalized]
        among = min(max(round(_BEST * len(finished)), _MIN_BEST), _MAX_BEST)
        if len(finished) < 2 * among:
            continue
        best = finished[:among]
        for is_upper in (False, True):
            width, chance = _outer_part(distribution, is_upper=is_upper)
            distances = [
                1 - point.normalized[parameter.name] if is_upper else point.normalized[parameter.name] for point in best
            ]
            outer = [point for point, distance in zip(best, distances, strict=True) if distance < width]
            if distances[0] < width and _binomial_tail(len(outer), among, chance) < _LEVEL:
                values = [point.configuration.values[parameter.name] for point in outer]
                threshold = min(values) if is_upper else max(values)
                bound = distribution.value(1.0 if is_upper else 0.0)
                optima.append(BoundaryOptimum(parameter.name, is_upper, bound, len(outer), among, threshold))
    return optima


def _outer_part(distribution: Distribution, *, is_upper: bool) -> tuple[float, float]:
    """Return the width of the outer part and the probability of a value in it: a fifth, or whole cells of integers."""
    distances = [
        1 - coordinate if is_upper else coordinate
        for coordinate in (distribution.normalize(distribution.value((step + 0.5) / _STEPS)) for step in range(_STEPS))
    ]
    width = max(_OUTER, min(distances) + 1e-9)
    return width, sum(distance < width for distance in distances) / _STEPS


def _binomial_tail(count: int, among: int, chance: float) -> float:
    """Return the probability of at least `count` successes in `among` trials."""
    return sum(math.comb(among, k) * chance**k * (1 - chance) ** (among - k) for k in range(count, among + 1))
