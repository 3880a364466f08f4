import time

import numpy as np
import pytest

from dlcli.diagnosis import (
    Interval,
    SampledErrors,
    difference_interval,
    error_interval,
    paired_difference_interval,
)
from dlcli.diagnosis.intervals import newcombe_interval
from dlcli.metrics import NOT_KNOWN
from dlcli.tasks import (
    ErrorMeasure,
    ErrorRate,
    LocalizationError,
    MeanAbsoluteError,
    MeanSquaredError,
    NatsPerToken,
    RootMeanSquaredError,
)


def test_rates_get_score_intervals() -> None:
    errors = np.repeat([1.0, 0.0], [81, 182])
    interval = error_interval(errors, ErrorRate())
    # Newcombe (1998), Statistics in Medicine 17:857, table I: 81/263 by the score method
    assert (interval.low, interval.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_the_difference_of_frequent_errors_is_newcombes() -> None:
    first, second = np.repeat([1.0, 0.0], [40, 30]), np.repeat([1.0, 0.0], [48, 32])
    interval, expected = difference_interval(first, second, ErrorRate()), newcombe_interval(40, 70, 48, 80)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("measure", [MeanSquaredError(), RootMeanSquaredError(), MeanAbsoluteError()])
def test_other_measures_are_bootstrapped_reproducibly(measure: ErrorMeasure) -> None:
    errors = np.random.default_rng(0).gamma(2.0, size=300)
    first, again = error_interval(errors, measure), error_interval(errors, measure)
    assert first == again
    assert first.low < measure.of_mean(float(errors.mean())) == first.value < first.high
    assert first.method == "bootstrap-t"


@pytest.mark.parametrize("measure", [MeanSquaredError(), RootMeanSquaredError(), MeanAbsoluteError()])
def test_a_single_example_has_no_bounds(measure: ErrorMeasure) -> None:
    one = np.array([4.0])
    alone = error_interval(one, measure)
    assert not alone.is_known and alone.covers(1e9)
    assert not paired_difference_interval(one, one + 1, measure).is_known
    assert not difference_interval(one, np.ones(50), measure).is_known
    assert measure.unit.interval(alone.low, alone.high) == NOT_KNOWN


def test_equal_errors_have_an_interval_of_zero_width() -> None:
    assert error_interval(np.full(10, 2.0), MeanAbsoluteError()) == Interval(2.0, 2.0, 2.0, 0.95, "bootstrap-t")
    assert error_interval(np.zeros(10), MeanSquaredError()).high == 0


def test_errors_that_are_mostly_0_have_bounds() -> None:
    errors = np.repeat([0.0, 1.0], [46, 2])  # a resample has no error with probability (46/48)^48 = 0.13
    interval = error_interval(errors, MeanAbsoluteError())
    assert 0 < interval.low < 2 / 48 < interval.high < 1


def test_the_bounds_of_a_root_are_the_roots_of_the_bounds() -> None:
    errors = np.random.default_rng(4).standard_normal(60) ** 2
    mean, root = error_interval(errors, MeanSquaredError()), error_interval(errors, RootMeanSquaredError())
    assert (root.low**2, root.high**2) == pytest.approx((mean.low, mean.high))


def test_intervals_depend_on_the_sentences_and_not_on_the_order_of_words() -> None:
    """Ten sentences of 20 words, each entirely right or wrong, are equivalent to ten examples."""
    errors = np.repeat([1.0, 0.0], [60, 140])
    sentences = np.repeat(np.arange(10), 20)
    alone = error_interval(errors, ErrorRate())
    whole = error_interval(SampledErrors(errors, None, sentences), ErrorRate())
    ten = error_interval(np.repeat([1.0, 0.0], [3, 7]), ErrorRate())
    assert whole.value == alone.value == 0.3
    assert whole.low < alone.low and whole.high > alone.high
    assert whole.high - whole.low == pytest.approx(ten.high - ten.low, rel=0.2)
    shuffled = np.random.default_rng(0).permutation(200)
    again = error_interval(SampledErrors(errors[shuffled], None, sentences[shuffled]), ErrorRate())
    assert (again.low, again.high) == pytest.approx((whole.low, whole.high))


def test_groups_of_one_are_independent_examples() -> None:
    errors = np.repeat([1.0, 0.0], [20, 80])
    units = np.arange(100)
    for measure in (ErrorRate(), MeanAbsoluteError()):
        assert error_interval(SampledErrors(errors, None, units), measure) == error_interval(errors, measure)


def test_texts_are_weighted_by_their_tokens() -> None:
    nats, tokens = np.array([10.0, 300.0, 42.0]), np.array([10.0, 100.0, 20.0])
    interval = error_interval(SampledErrors(nats, tokens), NatsPerToken())
    assert interval.value == pytest.approx(352 / 130)
    assert interval.low < 352 / 130 < interval.high


def test_bootstrap_of_a_mean_agrees_with_the_normal_interval() -> None:
    errors = np.random.default_rng(1).normal(10.0, 2.0, size=400)
    interval = error_interval(errors, MeanAbsoluteError())
    margin = 1.96 * errors.std(ddof=1) / 20
    assert interval.high - interval.low == pytest.approx(2 * margin, rel=0.08)


def test_paired_intervals_are_narrower_than_independent_ones() -> None:
    generator = np.random.default_rng(2)
    shared = generator.gamma(2.0, size=200)
    first, second = shared + 0.1 + 0.05 * generator.normal(size=200), shared
    assert paired_difference_interval(first, second, MeanSquaredError()).low > 0
    assert difference_interval(first, second, MeanSquaredError()).covers(0)


def test_large_splits_take_less_than_a_second() -> None:
    errors = np.random.default_rng(3).gamma(2.0, size=50_000)
    started = time.perf_counter()
    error_interval(errors, RootMeanSquaredError())
    assert time.perf_counter() - started < 3


def test_an_interval_ends_at_the_largest_possible_error() -> None:
    errors = np.array([1.0] * 9 + [0.8])
    assert error_interval(errors, LocalizationError()).high == 1
    assert error_interval(errors, MeanAbsoluteError()).high > 1
