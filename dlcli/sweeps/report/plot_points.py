"""Configurations of a sweep as points in figures and rows of tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Literal

from dlcli.core import formatting
from dlcli.search import Configuration, Objective, Parameter, SweepOutcome, Trial, group_trials

TrialEnding = Literal["done", "pruned", "failed"]

#: Ratio of the full range to the range of the best 80 % above which the axis is clipped.
_CLIP_RATIO = 2.0


@dataclass(frozen=True)
class Point:
    """Configuration that has ended.

    Args:
        configuration: Configuration with its trials.
        normalized: Normalized coordinates of its active parameters.
        ending: `done` if one of its trials was trained to the end, otherwise `pruned` or `failed`.
        value: Mean over its seeds; best value so far if pruned; None if there is none.
    """

    configuration: Configuration
    normalized: Mapping[str, float]
    ending: TrialEnding
    value: float | None

    @property
    def number(self) -> int:
        """Number of its first trial."""
        return self.configuration.number

    @property
    def status(self) -> str:
        """Status as text: done, pruned, diverged, failed or killed, or the violated constraints."""
        violated = self.configuration.violated
        if self.ending == "done":
            return f"violates {formatting.listing(violated)}" if violated else "done"
        if self.ending == "pruned":
            return "pruned"
        return next(trial.status for trial in reversed(self.configuration.trials) if trial.has_ended)


def points(outcome: SweepOutcome) -> list[Point]:
    """Return the configurations that have ended: the best first, then pruned, then failed ones."""
    ranked = outcome.objective.ranked(outcome.trials)
    ranks = {one.number: rank for rank, one in enumerate(ranked)}
    ended = []
    for one in group_trials(outcome.trials):
        pruned = [trial.value for trial in one.trials if trial.status == "pruned" and trial.value is not None]
        normalized = outcome.space.normalized(one.values)
        if one.value is not None:
            ended.append(Point(one, normalized, "done", one.value))
        elif pruned:
            ended.append(Point(one, normalized, "pruned", min(pruned, key=outcome.objective.cost)))
        elif any(trial.has_ended for trial in one.trials):
            ending: TrialEnding = "pruned" if all(trial.status == "pruned" for trial in one.trials) else "failed"
            ended.append(Point(one, normalized, ending, None))
    order = {"done": 0, "pruned": 1, "failed": 2}

    def sort_key(point: Point) -> tuple[int, float, int]:
        cost = 0.0 if point.value is None else outcome.objective.cost(point.value)
        return order[point.ending], ranks.get(point.number, cost), point.number

    return sorted(ended, key=sort_key)


def spots(parameter: Parameter, shown: Sequence[Point]) -> int | None:
    """Return the number of distinct values if many configurations share them, as in a grid; otherwise None."""
    if parameter.distribution is not None and parameter.distribution.cells is not None:
        return parameter.distribution.cells
    normalized = [round(point.normalized[parameter.name], 9) for point in shown if parameter.name in point.normalized]
    different = len(set(normalized))
    return different if 2 * different <= len(normalized) else None


def failures(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials without a value that the sweep did not prune."""
    return [trial for trial in trials if trial.status in ("diverged", "failed", "killed")]


@dataclass(frozen=True)
class Heights:
    """Vertical axis of the objective, with a strip beyond its worst value for worse and missing values.

    Args:
        best: Best value on the axis, its lower or its upper bound.
        worst: Worst value on the axis.
        has_strip: Whether there are values in the strip.
    """

    best: float
    worst: float
    has_strip: bool

    @property
    def strip(self) -> float:
        """Middle of the strip."""
        return self.worst + 0.07 * (self.worst - self.best)

    @property
    def bounds(self) -> tuple[float, float]:
        """Lower and upper bound, including the strip."""
        last = self.worst + 0.14 * (self.worst - self.best) if self.has_strip else self.worst
        return min(self.best, last), max(self.best, last)

    def shows(self, value: float | None) -> bool:
        """Return whether a value is on the axis."""
        return value is not None and min(self.best, self.worst) <= value <= max(self.best, self.worst)

    def of(self, value: float | None) -> float:
        """Return the height at which a value is drawn; better values than the best are drawn there."""
        if value is None or (value - self.worst) * (self.worst - self.best) > 0:
            return self.strip
        return value if self.shows(value) else self.best

    @classmethod
    def around(cls, shown: Sequence[tuple[TrialEnding, float | None]], objective: Objective) -> Heights:
        """Create an axis for the completed configurations, or for all that have a value if none is complete."""
        done = [value for ending, value in shown if value is not None and ending == "done"]
        last = max(map(objective.cost, done), default=math.inf)
        values = [value for _, value in shown if value is not None and objective.cost(value) <= last]
        heights = cls(*shown_limits(values, objective), has_strip=False)
        return cls(heights.best, heights.worst, not all(heights.shows(value) for _, value in shown))


def shown_limits(values: Sequence[float], objective: Objective) -> tuple[float, float]:
    """Return the best and the worst value of an axis, which excludes few outliers that would compress the others."""
    costs = sorted(objective.cost(value) for value in values)
    low, high = costs[0], costs[-1]
    if len(costs) >= 5:
        quantile = quantiles(costs, n=20, method="inclusive")[15]  # 80 % of the values are better
        if high - low > _CLIP_RATIO * (quantile - low) > 0:
            high = quantile
    margin = 0.06 * ((high - low) or abs(low) or 1.0)
    return objective.cost(low - margin), objective.cost(high + margin)
