from __future__ import annotations

import numpy as np
import pytest

from dlcli.diagnosis import Measure
from dlcli.diagnosis.concentration import concentration


def squares(residuals: np.ndarray) -> np.ndarray:
    return np.asarray(residuals, dtype=np.float64) ** 2


def test_two_outliers_carry_the_sum() -> None:
    """198 squared errors of 1 and two of 100: these are 200 of 398."""
    found = concentration(Measure.MEAN_SQUARED, squares(np.repeat([1.0, 10.0], [198, 2])))
    assert found is not None
    assert (found.num_largest, found.num_examples) == (2, 200)
    assert found.share == pytest.approx(200 / 398)


@pytest.mark.parametrize("measure", [Measure.MEAN_SQUARED, Measure.ROOT_MEAN_SQUARED, Measure.MEAN_ABSOLUTE])
def test_normal_errors_do_not(measure: Measure) -> None:
    errors = measure.per_example(np.random.default_rng(0).standard_normal(500), np.zeros(500))
    assert concentration(measure, errors) is None


def test_no_errors_have_no_sum() -> None:
    assert concentration(Measure.MEAN_SQUARED, squares(np.zeros(10))) is None
    assert concentration(Measure.ERROR_RATE, squares(np.repeat([0, 1], [99, 1]))) is None


def share_of_samples(num_examples: int, freedom: float) -> float:
    """In which share of 100 samples of residuals of a t distribution few examples decide."""
    random = np.random.default_rng(0)
    samples = (squares(random.standard_t(freedom, num_examples)) for _ in range(100))
    return float(np.mean([concentration(Measure.MEAN_SQUARED, sample) is not None for sample in samples]))


@pytest.mark.parametrize("num_examples", [30, 100, 1000])
def test_errors_without_a_variance_are_remarked_on(num_examples: int) -> None:
    """Squares of a t distribution with 3 degrees of freedom: 97, 91 and 77 % of many samples, less 3 deviations."""
    assert share_of_samples(num_examples, 3) > 0.64


def test_errors_of_many_examples_with_moments_are_not() -> None:
    """Squares of a t distribution with 30 degrees of freedom are close to those of normal residuals."""
    assert share_of_samples(1000, 30) < 0.03


def test_the_least_samples_are_remarked_on() -> None:
    assert share_of_samples(10, 30) > 0.95


def test_large_errors_do_not_overflow() -> None:
    found = concentration(Measure.MEAN_SQUARED, squares(np.repeat([1e100, 1e120], [198, 2])))
    assert found is not None and found.num_largest == 1
