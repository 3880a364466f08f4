from __future__ import annotations

import math

import numpy as np
import pytest

from dlcli.metrics import LogLoss


def test_worked_by_hand() -> None:
    metric = LogLoss()
    metric.update(np.array([[0.5, 0.5], [0.2, 0.8]]), np.array([0, 1]))
    assert metric.result() == pytest.approx(-(math.log(0.5) + math.log(0.8)) / 2)


def test_true_class_of_probability_zero_has_a_finite_loss() -> None:
    metric = LogLoss()
    metric.update(np.array([[1, 0]], np.float32), np.array([1]))
    assert metric.result() == pytest.approx(-math.log(np.finfo(np.float32).eps))


@pytest.mark.parametrize("label", [-1, 2])
def test_a_label_out_of_range_is_refused(label: int) -> None:
    with pytest.raises(IndexError):
        LogLoss().update(np.full((1, 2), 0.5), np.array([label]))
