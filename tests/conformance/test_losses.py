"""Every registered loss passes the conformance suite of `dlcli.testing`, also with options that change its weights."""

from __future__ import annotations

from typing import Any

import pytest

import dlcli.components  # noqa: F401  # fills the registry
from dlcli import testing
from dlcli.core import registry

NAMES = registry.names("loss")
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("softmax_cross_entropy", {"class_weights": [1.0, 2.0, 5.0], "label_smoothing": 0.1}),
    ("softmax_cross_entropy", {"class_weights": "balanced"}),
    ("binary_cross_entropy", {"class_weights": [1.0, 5.0], "positive_weight": 3.0, "label_smoothing": 0.2}),
    ("huber", {"delta": 0.5}),
]


def test_there_are_losses() -> None:
    assert len(NAMES) >= 5


@pytest.mark.parametrize(
    "check",
    [check for name, options in [*((name, {}) for name in NAMES), *VARIANTS]
     for check in testing.checks("loss", name, options=options)],
    ids=str,
)  # fmt: skip
def test_contract(check: testing.Check) -> None:
    check()
