"""The configurations of a sweep as points to draw and to list."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Literal

from dlcli.search import Configuration, Objective, Parameter, SweepOutcome, Trial, group_trials

TrialEnding = Literal["done", "pruned", "failed"]

#: the worst values are cut off where showing them would squeeze the rest by more than this
_SQUEEZED = 2.0


@dataclass(frozen=True)
class Point:
    """A configuration that has ended.

    Args:
        configuration: what was tried.
        normalized: places of its active parameters on their scales.
        fate: done where one of its trials was trained to the end; pruned where the best of them was.
        value: the mean over its seeds; of a pruned one its best so far; None where there is none.
    """

    configuration: Configuration
    normalized: Mapping[str, float]
    fate: TrialEnding
    value: float | None

    @property
    def number(self) -> int:
        return self.configuration.number

    @property
    def status(self) -> str:
        """Of its last trial that tells: done, pruned, diverged, failed or killed, and what it breaks."""
        violated = self.configuration.violated
        if self.fate == "done":
            return f"breaks {', '.join(violated)}" if violated else "done"
        if self.fate == "pruned":
            return "pruned"
        return next(trial.status for trial in reversed(self.configuration.trials) if trial.has_ended)


def points(outcome: SweepOutcome) -> list[Point]:
    """The best first, then those that were pruned, then those that failed, then by number."""
    ranked = outcome.objective.ranked(outcome.trials)
    ranks = {one.number: rank for rank, one in enumerate(ranked)}
    found = []
    for one in group_trials(outcome.trials):
        pruned = [trial.value for trial in one.trials if trial.status == "pruned" and trial.value is not None]
        normalized = outcome.space.normalized(one.values)
        if one.value is not None:
            found.append(Point(one, normalized, "done", one.value))
        elif pruned:
            found.append(Point(one, normalized, "pruned", min(pruned, key=outcome.objective.cost)))
        elif any(trial.has_ended for trial in one.trials):
            fate: TrialEnding = "pruned" if all(trial.status == "pruned" for trial in one.trials) else "failed"
            found.append(Point(one, normalized, fate, None))
    order = {"done": 0, "pruned": 1, "failed": 2}

    def place(point: Point) -> tuple[int, float, int]:
        cost = 0.0 if point.value is None else outcome.objective.cost(point.value)
        return order[point.fate], ranks.get(point.number, cost), point.number

    return sorted(found, key=place)


def spots(parameter: Parameter, shown: Sequence[Point]) -> int | None:
    """How many values the configurations share: those of a discrete parameter, of a grid; None where hardly any do."""
    if parameter.distribution is not None and parameter.distribution.cells is not None:
        return parameter.distribution.cells
    normalized = [round(point.normalized[parameter.name], 9) for point in shown if parameter.name in point.normalized]
    different = len(set(normalized))
    return different if 2 * different <= len(normalized) else None


def failures(trials: Sequence[Trial]) -> list[Trial]:
    """The trials that brought no value through no decision of the sweep."""
    return [trial for trial in trials if trial.status in ("diverged", "failed", "killed")]


@dataclass(frozen=True)
class Heights:
    """The vertical axis of the objective, and beyond its bad end a strip for what is worse or has no value.

    Args:
        best: the good end of the axis; it may be the lower or the upper one.
        worst: the bad end.
        has_strip: whether there is anything in the strip.
    """

    best: float
    worst: float
    has_strip: bool

    @property
    def strip(self) -> float:
        """The middle of the strip."""
        return self.worst + 0.07 * (self.worst - self.best)

    @property
    def bounds(self) -> tuple[float, float]:
        """The lower and the upper end, the strip included."""
        last = self.worst + 0.14 * (self.worst - self.best) if self.has_strip else self.worst
        return min(self.best, last), max(self.best, last)

    def shows(self, value: float | None) -> bool:
        """Whether it lies on the axis."""
        return value is not None and min(self.best, self.worst) <= value <= max(self.best, self.worst)

    def of(self, value: float | None) -> float:
        """Where it is drawn; what is better than the good end, at that end."""
        if value is None or (value - self.worst) * (self.worst - self.best) > 0:
            return self.strip
        return value if self.shows(value) else self.best

    @classmethod
    def around(cls, shown: Sequence[tuple[TrialEnding, float | None]], objective: Objective) -> Heights:
        """An axis for what was trained to the end, and no worse; where nothing was, for what has a value."""
        done = [value for fate, value in shown if value is not None and fate == "done"]
        last = max(map(objective.cost, done), default=math.inf)
        values = [value for _, value in shown if value is not None and objective.cost(value) <= last]
        heights = cls(*shown_limits(values, objective), has_strip=False)
        return cls(heights.best, heights.worst, not all(heights.shows(value) for _, value in shown))


def shown_limits(values: Sequence[float], objective: Objective) -> tuple[float, float]:
    """The good and the bad end of an axis for these values; few bad ones that would squeeze the others lie outside."""
    costs = sorted(objective.cost(value) for value in values)
    low, high = costs[0], costs[-1]
    if len(costs) >= 5:
        most = quantiles(costs, n=20, method="inclusive")[15]  # 80 % are better
        if high - low > _SQUEEZED * (most - low) > 0:
            high = most
    margin = 0.06 * ((high - low) or abs(low) or 1.0)
    return objective.cost(low - margin), objective.cost(high + margin)
