"""Every registered task passes the conformance suite of `dlcli.testing`, also with weighted and smoothed losses."""

from __future__ import annotations

from typing import Any

import pytest

import dlcli.components  # noqa: F401  # fills the registry
from dlcli import losses, testing
from dlcli.core import registry

NAMES = registry.names("task")
SMOOTH = losses.SoftmaxCrossEntropy(label_smoothing=0.1)
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("classification", {"loss": losses.SoftmaxCrossEntropy(class_weights=[1.0, 0.0, 5.0])}),
    ("binary_classification", {"loss": losses.BinaryCrossEntropy(class_weights=[1.0, 5.0], label_smoothing=0.2)}),
    ("language_modeling", {"loss": SMOOTH}),
    ("sequence_labeling", {"loss": SMOOTH}),
    ("sequence_labeling", {"loss": losses.SoftmaxCrossEntropy(class_weights=[1.0, 3.0, 0.5])}),
    ("regression", {"loss": losses.Huber(delta=0.5)}),
]


def test_there_are_tasks() -> None:
    assert len(NAMES) >= 6


CHECKS = {
    f"{name}-{number}-{check.contract.__name__}": check
    for number, (name, options) in enumerate([*((name, {}) for name in NAMES), *VARIANTS])
    for check in testing.checks("task", name, options=options)
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_contract(check: testing.Check) -> None:
    check()
