"""Satisficing metrics: good enough is enough."""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass

from dlcli.errors import ConfigError

COMPARISONS = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}


@dataclass(frozen=True)
class Constraint:
    """What a metric must satisfy for a model to be considered.

    Args:
        metric: `<split>/<metric>`, or a name such as `latency_ms`.
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
            ConfigError: the text is not a comparison and a finite number.
        """
        match = re.fullmatch(r"\s*(<=|>=|<|>)\s*(\S+)\s*", text)
        try:
            threshold = float(match[2]) if match else math.nan
        except ValueError:
            threshold = math.nan
        if match is None or not math.isfinite(threshold):
            raise ConfigError(
                f"{metric}: {text!r} is not a constraint; write <=, <, >= or > and a number, such as '<= 5'"
            )
        return cls(metric, match[1], threshold)

    def is_satisfied(self, value: float) -> bool:
        """Whether `value` satisfies it; NaN satisfies nothing."""
        return bool(COMPARISONS[self.comparison](value, self.threshold))

    def __str__(self) -> str:
        return f"{self.metric} {self.comparison} {self.threshold:g}"
