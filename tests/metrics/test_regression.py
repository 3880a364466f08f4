from __future__ import annotations

import math

import numpy as np
import pytest

from dlcli.metrics import R2, MeanAbsoluteError, MeanSquaredError, Metric, RootMeanSquaredError


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (MeanSquaredError(), (1 + 0 + 9) / 3),
        (RootMeanSquaredError(), math.sqrt(10 / 3)),
        (MeanAbsoluteError(), 4 / 3),
        (R2(), 1 - 10 / 8),  # targets 1, 3, 5 vary by 4 + 0 + 4
    ],
)
def test_worked_by_hand(metric: Metric, expected: float) -> None:
    metric.update(np.array([2.0, 3.0, 2.0]), np.array([1.0, 3.0, 5.0]))
    assert metric.result() == pytest.approx(expected)


@pytest.mark.parametrize("metric", [MeanSquaredError(), R2()])
def test_a_column_and_a_row_of_values_are_compared_element_by_element(metric: Metric) -> None:
    metric.update(np.array([[1.0], [2.0]]), np.array([1.0, 3.0]))
    assert metric.result() == pytest.approx(0.5)


@pytest.mark.parametrize("metric", [MeanSquaredError(), R2()])
def test_shapes_that_only_broadcast_are_refused(metric: Metric) -> None:
    with pytest.raises(ValueError, match="shape"):
        metric.update(np.ones((3, 1)), np.ones((3, 2)))


def test_one_example_has_no_variance() -> None:
    metric = R2()
    metric.update(np.array([1.0]), np.array([1.0]))
    assert math.isnan(metric.result())


@pytest.mark.parametrize(("prediction", "expected"), [(2.0, 1.0), (2.5, 0.0)])
def test_constant_targets(prediction: float, expected: float) -> None:
    metric = R2()
    metric.update(np.full(3, prediction), np.full(3, 2.0))
    assert metric.result() == expected


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("constant", [0.1, 1 / 3, 0.7, 20.1, -1e9 / 3])
@pytest.mark.parametrize("count", [3, 10, 17, 1000])
@pytest.mark.parametrize("batch_size", [1, 32, 1000])
def test_constant_targets_whose_mean_is_rounded(constant: float, count: int, batch_size: int, dtype: type) -> None:
    targets = np.full(count, constant, dtype)
    for predictions, expected in ((2 * targets, 0.0), (targets, 1.0)):
        metric = R2()
        for start in range(0, count, batch_size):
            metric.update(predictions[start : start + batch_size], targets[start : start + batch_size])
        assert metric.result() == expected


def test_one_constant_output_of_two() -> None:
    metric = R2()
    metric.update(np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]]), np.array([[1.0, 0.1], [2.0, 0.1], [3.0, 0.1]]))
    assert metric.result() == (1 + 0) / 2
