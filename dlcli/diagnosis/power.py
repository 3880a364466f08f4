"""Number of examples at which the interval of a gap would exclude zero."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dlcli.diagnosis.clustered import size_bounds
from dlcli.diagnosis.intervals import Interval, independent_difference
from dlcli.diagnosis.level import Level

#: Maximum factor by which a split is enlarged.
_LARGEST_FACTOR = 1e9
_HALVINGS = 30


@dataclass(frozen=True)
class ExamplesNeeded:
    """Estimated size, to two significant digits, at which a split would settle a gap.

    Args:
        split: Split to enlarge.
        have: Current number of units.
        need: Number of units at which the interval excludes zero if the observed errors are the true ones.
        unit: Plural of the unit: examples, or the sequences or groups that were sampled as a whole.
    """

    split: str
    have: int
    need: int
    unit: str = "examples"

    @property
    def more(self) -> int:
        return self.need - self.have


def examples_needed(
    earlier: Level, later: Level, difference: Interval, *, unit: str = "examples"
) -> tuple[ExamplesNeeded, ...]:
    """Estimate the sizes at which the interval of a positive difference would exclude zero.

    The interval of the difference is computed for larger splits with the same errors, exactly as for the current
    splits. Its lower bound depends on the earlier level's upper bound and the later level's lower bound, which for
    small rates are far from symmetric: with 0 errors in 100 training examples, a rate of 3.7 % remains possible, and
    no number of test examples can show that a test error of 3 % is larger. Either the later level's split is enlarged
    alone, or both splits by the same factor, whichever takes fewer examples.

    Args:
        earlier: Earlier level; known exactly if it has no examples.
        later: Later level.
        difference: Error of the later level minus that of the earlier level.
        unit: Plural of the sampling unit.

    Returns:
        Sizes of the splits to enlarge; empty if the interval excludes zero already, or covers it for every size.
    """
    if not (difference.value > 0 and difference.covers(0) and difference.is_known):
        return ()
    options = [[later], *([[earlier, later]] if earlier.num_units else [])]
    answers = [sizes for enlarge in options if (sizes := _sizes(earlier, later, enlarge, unit))]
    return min(answers, key=lambda sizes: sum(size.more for size in sizes), default=())


def _sizes(earlier: Level, later: Level, enlarge: list[Level], unit: str) -> tuple[ExamplesNeeded, ...]:
    """Return the sizes of the enlarged levels, by one common factor; empty if no factor settles the gap."""

    def is_settled(factor: float) -> bool:
        first, second = (enlarged(level, factor if level in enlarge else 1.0) for level in (later, earlier))
        return independent_difference(first, second).low > 0

    if not is_settled(_LARGEST_FACTOR):
        return ()
    low, high = 0.0, math.log(_LARGEST_FACTOR)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_settled(math.exp(middle)) else (middle, high)
    return tuple(_size(level, math.exp(high), unit) for level in enlarge)


def enlarged(level: Level, factor: float) -> Interval:
    """Compute the interval of a level for a split that is larger by a factor and has the same error.

    The interval of a rate is recomputed, since its bounds become symmetric for larger samples. Intervals of other
    measures keep their shape and shrink as 1/√n.
    """
    error = level.error
    if factor == 1 or level.num_units is None:
        return error
    if level.size is not None:
        low, high = size_bounds(error.value, level.size.times(factor), level=error.level)
        return Interval(error.value, low, high, error.level, error.method)
    shrinkage = math.sqrt(factor)
    low, high = (
        error.value - (error.value - error.low) / shrinkage,
        error.value + (error.high - error.value) / shrinkage,
    )
    return Interval(error.value, low, high, error.level, error.method)


def _size(level: Level, factor: float, unit: str) -> ExamplesNeeded:
    have = level.num_units or 0
    need = max(have + 1, math.ceil(have * factor))
    rounding = 10 ** max(0, len(str(need)) - 2)
    return ExamplesNeeded(level.name, have, math.ceil(need / rounding) * rounding, unit)
