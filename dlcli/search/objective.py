"""What a search looks for: one metric to optimize, constraints to satisfy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dlcli.core import Direction
from dlcli.search.trial import Configuration, Trial, configurations


@dataclass(frozen=True)
class Objective:
    """The metric that decides between trials, and its direction.

    A configuration that breaks a constraint comes after every one that breaks none, as in `training.selection`.

    Args:
        metric: Optimizing metric, `<split>/<metric>`.
        direction: Direction in which it improves.
        constraints: Constraints to satisfy, such as `latency_ms <= 5`.
    """

    metric: str
    direction: Direction
    constraints: tuple[str, ...] = ()

    def cost(self, value: float) -> float:
        """A value of the metric so that less is better; infinite for NaN, which is worse than every number."""
        return self.direction.cost(value)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Objective:
        """The inverse of `to_json`.

        Raises:
            TypeError, KeyError: a field is missing or unknown.
        """
        fields = dict(value)
        direction = Direction.MAXIMIZE if fields.pop("higher_is_better") else Direction.MINIMIZE
        return cls(**{**fields, "direction": direction, "constraints": tuple(fields["constraints"])})

    def to_json(self) -> dict[str, Any]:
        """The JSON document of the objective, as in `sweep.json` and the report."""
        return {
            "metric": self.metric,
            "higher_is_better": self.direction is Direction.MAXIMIZE,
            "constraints": list(self.constraints),
        }

    def ranked(self, trials: Iterable[Trial]) -> list[Configuration]:
        """The configurations that have a value, the best first; of equals the earlier."""
        return sorted(
            (one for one in configurations(trials) if one.value is not None),
            key=lambda one: (bool(one.violated), self.cost(one.value or 0.0), one.number),
        )

    def best(self, trials: Iterable[Trial]) -> Configuration | None:
        """The best configuration; None while none has a value."""
        return next(iter(self.ranked(trials)), None)
