"""Names of metrics and values of hyperparameters as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlcli.core import formatting, printable
from dlcli.metrics import Unit, unit_of


@dataclass(frozen=True)
class MetricText:
    """Name of a metric and the unit that formats its values.

    Args:
        metric: Metric as `<split>/<metric>`.
    """

    metric: str

    @property
    def name(self) -> str:
        """Name of the metric, such as `dev error`."""
        return self.metric.replace("/", " ").replace("_", " ")

    @property
    def unit(self) -> Unit:
        """Unit of the metric."""
        return unit_of(self.metric)


def value_text(value: Any) -> str:
    """Format the value of a hyperparameter as in YAML, with floats rounded."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, float):
        return formatting.number(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {value_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(value_text, value)) + "]"
    return printable(str(value))


def shorten(text: str, length: int) -> str:
    """Shorten a text to at most `length` characters with an ellipsis in the middle."""
    text = printable(text)
    if len(text) <= length:
        return text
    remaining = max(length - 1, 2)
    return f"{text[: remaining - remaining // 2]}…{text[len(text) - remaining // 2 :]}"
