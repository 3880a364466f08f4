from __future__ import annotations

import numpy as np
import pytest

from dlcli.diagnosis.concentration import concentration
from dlcli.tasks import (
    ErrorMeasure,
    ErrorRate,
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
    ValuePredictions,
)


def squares(residuals: np.ndarray) -> np.ndarray:
    return np.asarray(residuals, dtype=np.float64) ** 2


def test_two_outliers_dominate_the_sum() -> None:
    """Of the sum 398, two squared errors of 100 make up 200, and 198 squared errors of 1 the rest."""
    largest = concentration(MeanSquaredError(), squares(np.repeat([1.0, 10.0], [198, 2])))
    assert largest is not None
    assert (largest.num_largest, largest.num_examples) == (2, 200)
    assert largest.share == pytest.approx(200 / 398)


@pytest.mark.parametrize("measure", [MeanSquaredError(), RootMeanSquaredError(), MeanAbsoluteError()])
def test_normal_errors_are_not_concentrated(measure: ErrorMeasure) -> None:
    values = ValuePredictions(np.random.default_rng(0).standard_normal(500))
    assert concentration(measure, measure.errors(values, np.zeros(500)).sums) is None


def test_zero_errors_and_rates_are_not_concentrated() -> None:
    assert concentration(MeanSquaredError(), squares(np.zeros(10))) is None
    assert concentration(ErrorRate(), squares(np.repeat([0, 1], [99, 1]))) is None


def share_of_samples(num_examples: int, freedom: float) -> float:
    """Compute the share of 100 samples of t-distributed residuals that a few examples dominate."""
    random = np.random.default_rng(0)
    samples = (squares(random.standard_t(freedom, num_examples)) for _ in range(100))
    return float(np.mean([concentration(MeanSquaredError(), sample) is not None for sample in samples]))


@pytest.mark.parametrize("num_examples", [30, 100, 1000])
def test_squared_errors_without_a_variance_are_concentrated(num_examples: int) -> None:
    """With 3 degrees of freedom it is 97, 91 and 77 % of many samples; the limit is lower by 3 standard deviations."""
    assert share_of_samples(num_examples, 3) > 0.64


def test_many_errors_with_moments_are_not_concentrated() -> None:
    """A t distribution with 30 degrees of freedom is close to a normal distribution."""
    assert share_of_samples(1000, 30) < 0.03


def test_small_samples_are_concentrated() -> None:
    assert share_of_samples(10, 30) > 0.95


def test_large_errors_do_not_overflow() -> None:
    largest = concentration(MeanSquaredError(), squares(np.repeat([1e100, 1e120], [198, 2])))
    assert largest is not None and largest.num_largest == 1
