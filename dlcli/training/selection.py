"""Selection of the best epoch by one optimizing metric and any number of satisficing constraints.

The rule is the one taught in CS 230: among the epochs that satisfy every constraint, the one with the best value of the
optimizing metric is selected. An epoch that violates a constraint never replaces one that satisfies all of them. Until
an epoch satisfies all of them, the optimizing metric alone decides. Ties go to the earlier epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlcli.core import Bound, Direction
from dlcli.metrics import Metric


@dataclass(frozen=True)
class Candidate:
    """Epoch that may become the best one.

    Args:
        epoch: Number of the epoch, starting at 1.
        step: Number of optimizer steps since the start of the run.
        checkpoint: Name of the checkpoint with the weights of the epoch.
        value: Value of the optimizing metric.
        violated: Violated constraints, such as `latency_ms <= 5`.
    """

    epoch: int
    step: int
    checkpoint: str
    value: float
    violated: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Candidate:
        fields = dict(value)
        if "broken" in fields:  # the name of `violated` in older checkpoints
            fields["violated"] = fields.pop("broken")
        return cls(**{**fields, "violated": tuple(fields["violated"])})


@dataclass(frozen=True)
class Selection:
    """Rule that decides which epoch is the best.

    Args:
        metric: Optimizing metric, `<split>/<metric>`.
        direction: Direction in which the optimizing metric improves.
        constraints: Bounds of the satisficing metrics, keyed by metric name.
    """

    metric: str
    direction: Direction
    constraints: Mapping[str, Bound] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Names of the optimizing metric and of the constrained ones."""
        return [self.metric, *self.constraints]

    def violated(self, values: Mapping[str, float]) -> tuple[str, ...]:
        """Return the constraints that `values` violate."""
        return tuple(f"{name} {bound}" for name, bound in self.constraints.items() if not bound.holds(values[name]))

    def prefers(self, candidate: Candidate, incumbent: Candidate | None) -> bool:
        """Return whether `candidate` replaces `incumbent`, the best epoch so far."""
        return incumbent is None or self._rank(candidate) < self._rank(incumbent)

    def _rank(self, candidate: Candidate) -> tuple[bool, bool, float]:
        return self.direction.rank(candidate.value, candidate.violated)


def direction_of(name: str, metrics: Iterable[Metric]) -> Direction:
    """Return the direction in which `<split>/<metric>` improves; losses and latencies are minimized."""
    metric_name = name.rpartition("/")[2]
    return next((metric.direction for metric in metrics if metric.name == metric_name), Direction.MINIMIZE)
