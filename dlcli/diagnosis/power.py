"""How many examples it takes until an interval no longer covers zero."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dlcli.diagnosis.clustered import size_bounds
from dlcli.diagnosis.intervals import Interval, independent_difference
from dlcli.diagnosis.level import Level

#: a split is not to be enlarged by more than this factor
_LARGEST_FACTOR = 1e9
_HALVINGS = 30


@dataclass(frozen=True)
class ExamplesNeeded:
    """An estimate, to two significant digits: the size at which a split would settle a gap.

    Args:
        split: split to enlarge.
        have: number of units it has.
        need: number of units at which the interval excludes zero if the observed errors are the true ones.
        unit: plural of what is counted: examples, or the sequences or groups that were sampled as wholes.
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
    """The sizes at which the interval of a positive difference would exclude zero; empty when it does, or none would.

    The difference's interval is computed for larger splits with the same errors, exactly as it is for the splits at
    hand. What bounds it below are the earlier level's upper bound and the later level's lower one, which for small
    rates are far from symmetric: with no error among 100 training examples, 3.7 % remains possible, and no number of
    test examples shows that 3 % of errors on them are more. The later level's split is enlarged alone where that takes
    fewer examples, else both splits are, by the same factor.

    Args:
        earlier: the level before, exactly known when it has no examples.
        later: the level whose error is compared with it.
        difference: later − earlier.
        unit: plural of what was sampled independently.
    """
    if not (difference.value > 0 and difference.covers(0) and difference.is_known):
        return ()
    options = [[later], *([[earlier, later]] if earlier.num_units else [])]
    answers = [found for grown in options if (found := _sizes(earlier, later, grown, unit))]
    return min(answers, key=lambda sizes: sum(size.more for size in sizes), default=())


def _sizes(earlier: Level, later: Level, grown: list[Level], unit: str) -> tuple[ExamplesNeeded, ...]:
    """The sizes of the levels that grow, by one factor; empty where no factor settles the gap."""

    def is_settled(factor: float) -> bool:
        first, second = (enlarged(level, factor if level in grown else 1.0) for level in (later, earlier))
        return independent_difference(first, second).low > 0

    if not is_settled(_LARGEST_FACTOR):
        return ()
    low, high = 0.0, math.log(_LARGEST_FACTOR)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_settled(math.exp(middle)) else (middle, high)
    return tuple(_size(level, math.exp(high), unit) for level in grown)


def enlarged(level: Level, factor: float) -> Interval:
    """The interval of a level if its split were larger by a factor, with the same errors.

    The interval of a rate is recomputed, since its bounds become symmetric as it grows; those of other measures
    keep their shape and shrink as 1/√n.
    """
    error = level.error
    if factor == 1 or level.num_units is None:
        return error
    if level.size is not None:
        low, high = size_bounds(error.value, level.size.times(factor), level=error.level)
        return Interval(error.value, low, high, error.level, error.method)
    shrunk = math.sqrt(factor)
    low, high = error.value - (error.value - error.low) / shrunk, error.value + (error.high - error.value) / shrunk
    return Interval(error.value, low, high, error.level, error.method)


def _size(level: Level, factor: float, unit: str) -> ExamplesNeeded:
    have = level.num_units or 0
    need = max(have + 1, math.ceil(have * factor))
    rounding = 10 ** max(0, len(str(need)) - 2)
    return ExamplesNeeded(level.name, have, math.ceil(need / rounding) * rounding, unit)
