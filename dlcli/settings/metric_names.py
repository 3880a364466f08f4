"""Names of metrics of a split: `<split>/<metric>`, such as `dev/error`, or `<split>/<head>.<metric>`."""

from __future__ import annotations

import re
from typing import Annotated

from dlcli.core import SPLITS, Spelling, show, unknown_name

#: Regular expression of a metric, `error`, or of a metric of one head, `<head>.error`.
_METRIC = r"([^/.]+\.)?[a-z][a-z0-9_]*"
#: Regular expression of a metric of a split, `dev/error`.
_METRIC_NAME = f"({'|'.join(SPLITS)})/{_METRIC}"


def _check_metric_name(name: str) -> None:
    split, slash, metric = name.partition("/")
    if not slash or not re.fullmatch(_METRIC, metric):
        raise ValueError(f"expected <split>/<metric> such as dev/error, got {show(name)}")
    if split not in SPLITS:
        raise ValueError(unknown_name("split", split, SPLITS))


def _check_constrained_name(name: str) -> None:
    _check_metric_name(name if "/" in name else f"dev/{name}")


#: A metric of a split, such as `dev/error`.
MetricName = Annotated[str, Spelling(_check_metric_name, _METRIC_NAME)]
#: A quantity that can be constrained: `latency_ms`, or a metric of a split, such as `dev/recall`.
ConstrainedName = Annotated[str, Spelling(_check_constrained_name, f"({_METRIC_NAME}|{_METRIC})")]
