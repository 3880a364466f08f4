from __future__ import annotations

import numpy as np

from dlcli.metrics import TopKAccuracy


def test_equal_probabilities_are_ranked_by_class_index() -> None:
    metric = TopKAccuracy(k=2)
    metric.update(np.full((4, 4), 0.25), np.arange(4))
    assert metric.result() == 0.5


def test_nan_is_never_correct() -> None:
    metric = TopKAccuracy(k=1)
    metric.update(np.full((2, 3), np.nan), np.array([0, 2]))
    metric.update(np.array([[np.nan, 0.9, 0.1]]), np.array([1]))
    assert metric.result() == 0
