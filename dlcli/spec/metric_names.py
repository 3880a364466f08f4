"""Names of measured things: `<split>/<metric>`, such as `dev/error`."""

from __future__ import annotations

import re

from dlcli.core import SPLITS, unknown_name
from dlcli.spec.expectations import show

#: regular expressions of `error` and `dev/error`
METRIC = "[a-z][a-z0-9_]*"
METRIC_NAME = f"({'|'.join(SPLITS)})/{METRIC}"


def check_metric_name(name: str) -> str:
    """`dev/error`, or a ValueError that says what is wrong with it."""
    split, slash, metric = name.partition("/")
    if not slash or not re.fullmatch(METRIC, metric):
        raise ValueError(f"expected <split>/<metric> such as dev/error, found {show(name)}")
    if split not in SPLITS:
        raise ValueError(unknown_name("split", split, SPLITS))
    return name


def check_constrained_name(name: str) -> str:
    """What may be constrained: `latency_ms`, or a metric of one split, `dev/recall`."""
    check_metric_name(name if "/" in name else f"dev/{name}")
    return name
