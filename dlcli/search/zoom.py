"""Narrowing of a region to the neighborhood of the best configurations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dlcli.search.region import Region
from dlcli.search.space import Parameter, Space

#: Margin on each side, as a fraction of the span of the best configurations.
MARGIN = 1 / 4
#: Minimum width, as a fraction of the previous interval: a few points cannot rule out more.
MIN_WIDTH = 1 / 3


def zoom(space: Space, region: Region, best: Sequence[Mapping[str, Any]]) -> Region:
    """Return the region around the best configurations.

    The interval of a numeric parameter is what they span on its own scale plus a quarter on each side, at least a third
    as wide as before, and within the space. It may extend beyond `region`, since the best may lie at its edge. A choice
    keeps the values among the best. A parameter that is inactive in all of them is not narrowed.

    Args:
        space: Whole space.
        region: Region in which the best configurations were sampled.
        best: Values of the best configurations.
    """
    points = [space.normalized(values) for values in best]
    ranges, choices = dict(region.ranges), dict(region.choices)
    for parameter in space.drawn:
        normalized = [point[parameter.name] for point in points if parameter.name in point]
        if not normalized:  # such as beta1 if all of the best use SGD
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
    # The optimum may lie beyond the best points, hence the margin; the minimum width prevents premature convergence if
    # they happen to be close. The interval is centered on the best points and may leave the previous region.
    half = max((0.5 + MARGIN) * (high - low), MIN_WIDTH * (before[1] - before[0]) / 2)
    middle = (low + high) / 2
    return max(0.0, middle - half), min(1.0, middle + half)
