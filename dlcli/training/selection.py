"""Which epoch's weights are the best: one metric to optimise, any number of constraints to satisfy.

The notes' rule for choosing between models: among those that satisfy every constraint take the one with the best
optimising metric. One that breaks a constraint never replaces one that satisfies them all; while none satisfies, the
optimising metric alone decides. Of equals the earlier stays.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dlcli.errors import ConfigError
from dlcli.metrics import Metric

#: median time of one prediction for one example, in milliseconds; a constraint may name it like a metric
LATENCY = "latency_ms"

_COMPARISONS = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}


@dataclass(frozen=True)
class Constraint:
    """A satisficing constraint.

    Args:
        metric: `<split>/<metric>`, or `latency_ms`.
        comparison: one of <=, <, >=, >.
        threshold: what the metric is compared with.
    """

    metric: str
    comparison: str
    threshold: float

    @classmethod
    def parse(cls, metric: str, text: str) -> Constraint:
        """From a config's form, such as `latency_ms` and `<= 5`.

        Raises:
            ConfigError: the text is not a comparison and a number.
        """
        match = re.fullmatch(r"\s*(<=|>=|<|>)\s*(\S+)\s*", text)
        try:
            if match:
                return cls(metric, match[1], float(match[2]))
        except ValueError:
            pass
        raise ConfigError(f"{metric}: {text!r} is not a constraint; write a comparison and a number, such as '<= 5'")

    def is_satisfied(self, value: float) -> bool:
        """Whether `value` satisfies it; NaN satisfies nothing."""
        return bool(_COMPARISONS[self.comparison](value, self.threshold))

    def __str__(self) -> str:
        return f"{self.metric} {self.comparison} {self.threshold:g}"


@dataclass(frozen=True)
class Candidate:
    """The weights at the end of an epoch, as the selection sees them.

    Args:
        epoch: finished epochs, from 1.
        step: optimiser steps taken.
        checkpoint: name of the checkpoint that holds them.
        value: the optimising metric.
        broken: the constraints they do not satisfy, such as `latency_ms <= 5`.
    """

    epoch: int
    step: int
    checkpoint: str
    value: float
    broken: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Candidate:
        return cls(**{**value, "broken": tuple(value["broken"])})


@dataclass(frozen=True)
class Selection:
    """The rule.

    Args:
        metric: the optimising metric, `<split>/<metric>`.
        higher_is_better: its direction.
        constraints: all of them are to be satisfied.
    """

    metric: str
    higher_is_better: bool
    constraints: tuple[Constraint, ...] = ()

    @property
    def names(self) -> list[str]:
        """The metrics it looks at."""
        return [self.metric, *(constraint.metric for constraint in self.constraints)]

    def broken(self, values: Mapping[str, float]) -> tuple[str, ...]:
        """The constraints that `values` do not satisfy."""
        return tuple(str(one) for one in self.constraints if not one.is_satisfied(values[one.metric]))

    def prefers(self, candidate: Candidate, incumbent: Candidate | None) -> bool:
        """Whether `candidate` replaces `incumbent`."""
        if incumbent is None:
            return True
        if bool(candidate.broken) != bool(incumbent.broken):
            return not candidate.broken
        if self.higher_is_better:
            return candidate.value > incumbent.value
        return candidate.value < incumbent.value


def higher_is_better(name: str, metrics: Iterable[Metric]) -> bool:
    """The direction of `<split>/<metric>`; a loss and a latency are better when lower."""
    short = name.rpartition("/")[2]
    return next((metric.higher_is_better for metric in metrics if metric.name == short), False)
