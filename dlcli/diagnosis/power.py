"""How many examples it takes until an interval no longer covers zero."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dlcli.diagnosis.intervals import Interval
from dlcli.diagnosis.level import Level


@dataclass(frozen=True)
class ExamplesNeeded:
    """An estimate, to two significant digits: the size at which a split would settle a gap.

    Args:
        split: the split to enlarge.
        have: the examples it has.
        need: the examples at which the interval excludes zero if the observed difference is the true one.
    """

    split: str
    have: int
    need: int

    @property
    def more(self) -> int:
        return self.need - self.have


def examples_needed(earlier: Level, later: Level, difference: Interval) -> tuple[ExamplesNeeded, ...]:
    """The sizes at which the interval of a positive difference would exclude zero; empty when it does, or none would.

    A difference's interval reaches down by √(a² + b²), where a and b are the arms of the two levels' intervals
    (Newcombe 1998, method 10; Zou & Donner 2008 beyond rates). An interval's half width stands for its arm, which it
    approaches with growing n, and shrinks as 1/√n. The later level's split is enlarged alone where that is enough,
    else both splits are.

    Args:
        earlier: the level before, exactly known when it has no examples.
        later: the level whose error is compared with it.
        difference: later − earlier.
    """
    if difference.value <= 0 or not difference.covers(0):
        return ()
    arm_earlier = (earlier.error.high - earlier.error.low) / 2
    arm_later = (later.error.high - later.error.low) / 2
    if arm_earlier < difference.value:
        return (_enlarged(later, arm_later**2 / (difference.value**2 - arm_earlier**2)),)
    factor = (arm_earlier**2 + arm_later**2) / difference.value**2
    return (_enlarged(earlier, factor), _enlarged(later, factor))


def _enlarged(level: Level, factor: float) -> ExamplesNeeded:
    have = level.num_examples or 0
    need = max(have + 1, math.ceil(have * factor))
    unit = 10 ** max(0, len(str(need)) - 2)
    return ExamplesNeeded(level.name, have, math.ceil(need / unit) * unit)
