"""Which epoch's weights are the best: one metric to optimize, any number of constraints to satisfy.

The rule of CS 230 for choosing between models: among those that satisfy every constraint take the one with the best
optimizing metric. One that breaks a constraint never replaces one that satisfies them all; while none satisfies, the
optimizing metric alone decides. Of equals the earlier stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlcli.core import Bound, Direction
from dlcli.metrics import Metric


@dataclass(frozen=True)
class Candidate:
    """The weights at the end of an epoch, as the selection sees them.

    Args:
        epoch: finished epochs, from 1.
        step: optimizer steps taken.
        checkpoint: name of the checkpoint that holds them.
        value: the optimizing metric.
        violated: the constraints they do not satisfy, such as `latency_ms <= 5`.
    """

    epoch: int
    step: int
    checkpoint: str
    value: float
    violated: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Candidate:
        return cls(**{**value, "violated": tuple(value["violated"])})


@dataclass(frozen=True)
class Selection:
    """The rule.

    Args:
        metric: the optimizing metric, `<split>/<metric>`.
        direction: Direction in which it improves.
        constraints: metric → what it must be; all of them are to be satisfied.
    """

    metric: str
    direction: Direction
    constraints: Mapping[str, Bound] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The metrics it looks at."""
        return [self.metric, *self.constraints]

    def violated(self, values: Mapping[str, float]) -> tuple[str, ...]:
        """The constraints that `values` do not satisfy."""
        return tuple(f"{name} {must}" for name, must in self.constraints.items() if not must.holds(values[name]))

    def prefers(self, candidate: Candidate, incumbent: Candidate | None) -> bool:
        """Whether `candidate` replaces `incumbent`."""
        if incumbent is None:
            return True
        if bool(candidate.violated) != bool(incumbent.violated):
            return not candidate.violated
        return self.direction.is_improvement(candidate.value, incumbent.value)


def direction_of(name: str, metrics: Iterable[Metric]) -> Direction:
    """The direction in which `<split>/<metric>` improves; a loss and a latency are minimized."""
    short = name.rpartition("/")[2]
    return next((metric.direction for metric in metrics if metric.name == short), Direction.MINIMIZE)
