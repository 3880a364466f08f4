"""The part of a space around the best configurations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dlcli.search.region import Region
from dlcli.search.space import Parameter, Space

#: how far an interval goes beyond the best on each side, as a part of what they span
MARGIN = 1 / 4
#: the least part of an interval that is left: a handful of points cannot rule out more
NARROWEST = 1 / 3


def zoom(space: Space, region: Region, best: Sequence[Mapping[str, Any]]) -> Region:
    """The region around the best configurations.

    A parameter gets the interval that they span on its own scale and a quarter more on each side, at least a third
    as wide as before, and never beyond the space; it may leave `region`, since the best may lie at its edge. A choice
    keeps the values found among the best. A parameter that is active in none of them stays as it is.

    Args:
        space: the whole.
        region: what the best of these were found in.
        best: the values of the best configurations.
    """
    found = [space.normalized(values) for values in best]
    ranges, choices = dict(region.ranges), dict(region.choices)
    for parameter in space.drawn:
        normalized = [one[parameter.name] for one in found if parameter.name in one]
        # Conditional parameters, e.g. beta1 while all of the best use SGD: nothing was learned about them.
        if not normalized:
            continue
        if parameter.distribution and not parameter.distribution.is_ordered:
            choices[parameter.name] = _indices(parameter, normalized)
        else:
            ranges[parameter.name] = _interval(normalized, region.ranges.get(parameter.name, (0.0, 1.0)))
    return Region(ranges, choices)


def _indices(parameter: Parameter, normalized: Sequence[float]) -> tuple[int, ...]:
    assert parameter.distribution is not None and parameter.distribution.cells is not None
    return tuple(sorted({math.floor(coordinate * parameter.distribution.cells) for coordinate in normalized}))


def _interval(normalized: Sequence[float], before: tuple[float, float]) -> tuple[float, float]:
    low, high = min(normalized), max(normalized)
    # The margin lets the optimum lie beyond the best points, which are the ends of what was seen by chance; the minimum
    # keeps three points that happen to be close from ending the search.
    half = max((0.5 + MARGIN) * (high - low), NARROWEST * (before[1] - before[0]) / 2)
    # Around the middle of the best, not of the region before: it may leave that, but not the space.
    middle = (low + high) / 2
    return max(0.0, middle - half), min(1.0, middle + half)
