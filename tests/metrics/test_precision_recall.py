from __future__ import annotations

import numpy as np
import pytest

from dlcli.metrics import F1, Precision, Recall

# 3 of the 4 predictions of class 1 are correct, 3 of its 5 examples are predicted
TARGETS = np.array([1, 1, 1, 1, 1, 0, 0, 0])
PREDICTIONS = np.array([1, 1, 1, 0, 0, 1, 0, 0])


@pytest.mark.parametrize(
    ("metric", "expected"), [(Precision(), 3 / 4), (Recall(), 3 / 5), (F1(), 2 * 0.75 * 0.6 / (0.75 + 0.6))]
)
def test_worked_by_hand(metric: Precision | Recall | F1, expected: float) -> None:
    metric.update(PREDICTIONS, TARGETS)
    assert metric.result() == pytest.approx(expected)


@pytest.mark.parametrize("metric", [Precision(), Recall(), F1()])
def test_a_class_that_never_occurs_scores_zero(metric: Precision | Recall | F1) -> None:
    metric.update(np.zeros(3, np.int64), np.zeros(3, np.int64))
    assert metric.result() == 0


def test_macro_average_ignores_classes_that_never_occur() -> None:
    metric = Recall(average="macro")
    metric.update(np.array([0, 3]), np.array([0, 3]))
    assert metric.result() == 1
