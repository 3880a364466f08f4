"""Objective of a search: one metric to optimize and constraints to satisfy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dlcli.core import Direction
from dlcli.search.trial import Configuration, Trial, group_trials


@dataclass(frozen=True)
class Objective:
    """Metric by which trials are compared, and its direction.

    A configuration that violates a constraint ranks below all that violate none (`Direction.rank`).

    Args:
        metric: Optimizing metric, `<split>/<metric>`.
        direction: Direction in which it improves.
        constraints: Constraints to satisfy, such as `latency_ms <= 5`.
    """

    metric: str
    direction: Direction
    constraints: tuple[str, ...] = ()

    def cost(self, value: float) -> float:
        """Return a value of the metric as a cost (lower is better); infinite for NaN, worse than every number."""
        return self.direction.cost(value)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Objective:
        """Return the objective of a document of `to_json`.

        Raises:
            TypeError, KeyError: A field is missing or unknown.
        """
        fields = dict(value)
        direction = Direction.MAXIMIZE if fields.pop("higher_is_better") else Direction.MINIMIZE
        return cls(**{**fields, "direction": direction, "constraints": tuple(fields["constraints"])})

    def to_json(self) -> dict[str, Any]:
        """Return the objective as in `sweep.json` and `report.json`."""
        return {
            "metric": self.metric,
            "higher_is_better": self.direction is Direction.MAXIMIZE,
            "constraints": list(self.constraints),
        }

    def ranked(self, trials: Iterable[Trial]) -> list[Configuration]:
        """Return the configurations that have a value, the best first; ties are ordered by number."""
        return sorted(
            (one for one in group_trials(trials) if one.value is not None),
            key=lambda one: (self.direction.rank(one.value or 0.0, one.violated), one.number),
        )

    def best(self, trials: Iterable[Trial]) -> Configuration | None:
        """Return the best configuration; None if none has a value."""
        return next(iter(self.ranked(trials)), None)
