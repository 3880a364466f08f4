import time

import numpy as np
import pytest

from dlcli.diagnosis import Measure, difference_interval, error_interval, paired_difference_interval


def test_rates_get_score_intervals() -> None:
    errors = np.repeat([1.0, 0.0], [81, 182])
    interval = error_interval(errors, Measure.ERROR_RATE)
    # Newcombe (1998), Statistics in Medicine 17:857, table I: 81/263 by the score method
    assert (interval.low, interval.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_the_difference_of_rates_is_newcombes() -> None:
    first, second = np.repeat([1.0, 0.0], [56, 14]), np.repeat([1.0, 0.0], [48, 32])
    interval = difference_interval(first, second, Measure.ERROR_RATE)
    # Newcombe (1998), Statistics in Medicine 17:873, table II: 56/70 − 48/80 by method 10
    assert (interval.low, interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize("measure", [Measure.MEAN_SQUARED, Measure.ROOT_MEAN_SQUARED, Measure.MEAN_ABSOLUTE])
def test_other_measures_are_bootstrapped_and_repeatable(measure: Measure) -> None:
    errors = np.random.default_rng(0).gamma(2.0, size=300)
    first, again = error_interval(errors, measure), error_interval(errors, measure)
    assert first == again
    assert first.low < measure.of_errors(errors) == first.value < first.high
    assert first.method.startswith("bootstrap")


def test_bootstrap_of_a_mean_agrees_with_the_normal_interval() -> None:
    errors = np.random.default_rng(1).normal(10.0, 2.0, size=400)
    interval = error_interval(errors, Measure.MEAN_ABSOLUTE)
    margin = 1.96 * errors.std(ddof=1) / 20
    assert interval.high - interval.low == pytest.approx(2 * margin, rel=0.08)


def test_pairs_are_more_telling_than_independent_samples() -> None:
    generator = np.random.default_rng(2)
    shared = generator.gamma(2.0, size=200)
    first, second = shared + 0.1 + 0.05 * generator.normal(size=200), shared
    assert paired_difference_interval(first, second, Measure.MEAN_SQUARED).low > 0
    assert difference_interval(first, second, Measure.MEAN_SQUARED).covers(0)


def test_large_splits_do_not_cost_seconds() -> None:
    errors = np.random.default_rng(3).gamma(2.0, size=50_000)
    started = time.perf_counter()
    error_interval(errors, Measure.ROOT_MEAN_SQUARED)
    assert time.perf_counter() - started < 3
