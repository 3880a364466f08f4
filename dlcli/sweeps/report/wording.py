"""How metrics are named, and how the values of hyperparameters are written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlcli.core import formatting, printable
from dlcli.metrics import Unit, unit_of


@dataclass(frozen=True)
class MetricText:
    """The name of a metric, and the unit that writes its values.

    Args:
        metric: `<split>/<metric>`.
    """

    metric: str

    @property
    def name(self) -> str:
        """`dev error`."""
        return self.metric.replace("/", " ").replace("_", " ")

    @property
    def unit(self) -> Unit:
        return unit_of(self.metric)


def value_text(value: Any) -> str:
    """A hyperparameter's value as in YAML, numbers with as many digits as are of use."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, float):
        return formatting.number(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {value_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(value_text, value)) + "]"
    return printable(str(value))


def shortened(text: str, most: int) -> str:
    """At most so many letters, what is left out marked in the middle."""
    text = printable(text)
    if len(text) <= most:
        return text
    kept = max(most - 1, 2)
    return f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"
