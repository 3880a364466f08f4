import numpy as np
import pytest

from dlcli.diagnosis import Measure


def test_per_example_errors_of_each_measure() -> None:
    predictions, targets = np.array([1.0, 5.0]), np.array([2.0, 2.0])
    assert Measure.ERROR_RATE.per_example(np.array([1, 2]), np.array([1, 0])).tolist() == [0, 1]
    assert Measure.MEAN_SQUARED.per_example(predictions, targets).tolist() == [1, 9]
    assert Measure.MEAN_ABSOLUTE.per_example(predictions, targets).tolist() == [1, 3]


def test_several_targets_of_an_example_are_averaged() -> None:
    errors = Measure.MEAN_SQUARED.per_example(np.array([[1.0, 3.0]]), np.zeros((1, 2)))
    assert errors.tolist() == [5]  # (1 + 9) / 2


def test_the_root_is_taken_of_the_mean() -> None:
    assert Measure.ROOT_MEAN_SQUARED.of_errors(np.array([9.0, 16.0])) == pytest.approx(12.5**0.5)
    assert Measure.MEAN_SQUARED.of_errors(np.array([9.0, 16.0])) == 12.5


@pytest.mark.parametrize(
    ("metric", "classification", "measure"),
    [
        ("dev/macro_f1", True, Measure.ERROR_RATE),
        ("dev/mean_absolute_error", False, Measure.MEAN_ABSOLUTE),
        ("dev/root_mean_squared_error", False, Measure.ROOT_MEAN_SQUARED),
        ("dev/r2", False, Measure.MEAN_SQUARED),
    ],
)
def test_measure_of_an_optimizing_metric(metric: str, classification: bool, measure: Measure) -> None:
    assert Measure.of_metric(metric, classification=classification) is measure


def test_text_of_rates_and_values() -> None:
    rate, root = Measure.ERROR_RATE, Measure.ROOT_MEAN_SQUARED
    assert [rate.text(value) for value in (0.0, 0.0019, 0.123, 1.0)] == ["0.0 %", "0.19 %", "12.3 %", "100.0 %"]
    assert rate.difference_text(-0.031) == "−3.1 points"
    assert rate.range_text(0.0012, 0.04) == "0.1 … 4.0 %"
    assert rate.difference_range_text(-0.0004, 0.021) == "0.0 … +2.1"
    assert [root.text(value) for value in (0.0, 54.321, 1234.5, 2e-5)] == ["0.00", "54.3", "1,234", "2.00e-05"]
    assert root.difference_text(5.5) == "+5.50"
