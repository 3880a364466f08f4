"""Which of two values of a metric is better."""

from __future__ import annotations

import math
from collections.abc import Collection
from enum import StrEnum


class Direction(StrEnum):
    """The direction in which a metric improves.

    NaN is the worst value: it is never an improvement, every number improves on it, and its cost is the highest.
    """

    MINIMIZE = "min"
    MAXIMIZE = "max"

    @property
    def better(self) -> str:
        """`lower` or `higher`, as in "lower is better"."""
        return "higher" if self is Direction.MAXIMIZE else "lower"

    def gain(self, new: float, old: float) -> float:
        """Return by how much `new` is better than `old`: negative if it is worse, NaN if either is NaN."""
        return new - old if self is Direction.MAXIMIZE else old - new

    def is_improvement(self, new: float, old: float | None, min_delta: float = 0.0) -> bool:
        """Return whether `new` is better than `old`; an equal value is not.

        Args:
            new: Value to compare.
            old: Best value so far; None if there is none yet, and then every number is an improvement.
            min_delta: Gain that an improvement must exceed.
        """
        if math.isnan(new):
            return False
        if old is None or math.isnan(old):
            return True
        return self.gain(new, old) > min_delta

    def cost(self, value: float) -> float:
        """Return the value as a number that is better when lower; infinite for NaN."""
        if math.isnan(value):
            return math.inf
        return -value if self is Direction.MAXIMIZE else value

    def rank(self, value: float, violated: Collection[str] = ()) -> tuple[bool, bool, float]:
        """Return a sort key of results: those that violate no constraint come first, then the better values, NaN last.

        Args:
            value: Value of the metric to optimize.
            violated: Constraints that the result violates.
        """
        return bool(violated), math.isnan(value), self.cost(value)

    def reaches(self, value: float, bar: float) -> bool:
        """Return whether `value` is as good as `bar` or better; NaN never is."""
        return value >= bar if self is Direction.MAXIMIZE else value <= bar
