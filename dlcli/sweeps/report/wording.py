"""How the values of metrics and of hyperparameters are written."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlcli.core import printable

#: metrics that are shares of examples, written in percent
_SHARES = frozenset({"error", "accuracy", "top_k_accuracy", "token_accuracy"})
#: closer to 1 than this, what is missing to 1 decides how many digits are shown
_NEAR_ONE = 0.99


@dataclass(frozen=True)
class MetricText:
    """Writes values of one metric.

    Args:
        metric: `<split>/<metric>`.
    """

    metric: str

    @property
    def is_share(self) -> bool:
        return self.metric.rpartition("/")[2] in _SHARES

    @property
    def name(self) -> str:
        """`dev error`."""
        return self.metric.replace("/", " ").replace("_", " ")

    def value(self, value: float) -> str:
        return f"{100 * value:.3g} %" if self.is_share else f"{value:.4g}"

    def size(self, value: float) -> str:
        """Of a difference or a spread: percentage points, or the metric's own unit; never negative."""
        return f"{100 * abs(value):.2g} points" if self.is_share else f"{abs(value):.2g}"

    def interval(self, low: float, high: float) -> str:
        if self.is_share:
            return f"{100 * max(0.0, low):.3g} … {100 * min(1.0, high):.3g} %"
        return f"{low:.4g} … {high:.4g}"


def value_text(value: Any) -> str:
    """A hyperparameter's value as in YAML, numbers with as many digits as are of use."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {value_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(value_text, value)) + "]"
    return printable(str(value))


def number_text(value: float) -> str:
    """`0.003162`, `1e-5`, and `0.99995`, which four digits would make a 1."""
    if _NEAR_ONE < value < 1:
        return f"{value:.{1 - math.floor(math.log10(1 - value))}f}".rstrip("0")
    mantissa, e, exponent = f"{value:.4g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def shortened(text: str, most: int) -> str:
    """At most so many letters, what is left out marked in the middle."""
    text = printable(text)
    if len(text) <= most:
        return text
    kept = max(most - 1, 2)
    return f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"


def counted(count: int, noun: str) -> str:
    """`1 trial`, `40 trials`."""
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration_text(seconds: float) -> str:
    """`42 s`, `3.5 min`, `2.1 h`."""
    if seconds < 90:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.3g} min" if seconds < 90 * 60 else f"{seconds / 3600:.3g} h"
