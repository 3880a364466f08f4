"""Errors that are computed from a whole set of examples: intervals by resampling the sampling units."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dlcli.diagnosis import (
    SampledErrors,
    SampledStatistic,
    SplitErrors,
    diagnose,
    error_interval,
    interval_remarks,
    paired_difference_interval,
)
from dlcli.tasks import ErrorMeasure

MEASURE = ErrorMeasure()


def mean_of(values: np.ndarray) -> Callable[[np.ndarray], float]:
    return lambda rows: float(values[rows].mean())


def f1_error(predictions: np.ndarray, truth: np.ndarray) -> Callable[[np.ndarray], float]:
    def error(rows: np.ndarray) -> float:
        predicted, actual = predictions[rows], truth[rows]
        total = predicted.sum() + actual.sum()
        return 1 - 2 * float((predicted & actual).sum()) / float(total) if total else float("nan")

    return error


def binary(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw truths of which 30 % are positive, and predictions of which 85 % are right."""
    truth = random.random(count) < 0.3
    return truth ^ (random.random(count) < 0.15), truth


#: 1 − F1 in the population of `binary`: hits 0.3 · 0.85, predicted positives 0.3 · 0.85 + 0.7 · 0.15
TRUE_ERROR = 1 - 2 * 0.255 / (0.255 + 0.105 + 0.3)


def test_the_interval_of_a_mean_is_close_to_students() -> None:
    values = np.random.default_rng(0).normal(10, 2, 200)
    interval = error_interval(SampledStatistic(mean_of(values), 200), MEASURE)
    half = 1.97 * values.std(ddof=1) / np.sqrt(200)
    assert interval.value == pytest.approx(values.mean())
    assert (interval.low, interval.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.06)
    assert interval == error_interval(SampledStatistic(mean_of(values), 200), MEASURE)


def test_rows_of_a_unit_are_resampled_together() -> None:
    values, units = np.repeat(np.random.default_rng(0).normal(0, 1, 20), 10), np.repeat(np.arange(20), 10)
    alone = error_interval(SampledStatistic(mean_of(values), 200), MEASURE)
    whole = error_interval(SampledStatistic(mean_of(values), 200, units), MEASURE)
    assert whole.high - whole.low > 2.5 * (alone.high - alone.low)
    assert "clustered" in whole.method
    shuffled = np.random.default_rng(1).permutation(200)
    again = error_interval(SampledStatistic(mean_of(values[shuffled]), 200, units[shuffled]), MEASURE)
    assert (again.low, again.high) == pytest.approx((whole.low, whole.high))


def test_a_paired_difference_is_narrower_than_that_of_other_examples() -> None:
    random = np.random.default_rng(0)
    first, truth = binary(random, 300)
    second = first.copy()
    second[:5] = truth[:5]
    one, other = (SampledStatistic(f1_error(predictions, truth), 300) for predictions in (first, second))
    difference = paired_difference_interval(one, other, MEASURE)
    assert difference.value == pytest.approx(one.value - other.value)
    alone = error_interval(one, MEASURE)
    assert difference.high - difference.low < 0.4 * (alone.high - alone.low)


def test_one_unit_has_no_bounds() -> None:
    sample = SampledStatistic(mean_of(np.ones(5)), 5, np.zeros(5))
    assert not error_interval(sample, MEASURE).is_known
    assert len(interval_remarks("dev", sample, MEASURE, "sentences")) == 1


def test_an_error_that_is_undefined_has_no_bounds() -> None:
    sample = SampledStatistic(f1_error(np.zeros(9, bool), np.zeros(9, bool)), 9)
    assert not error_interval(sample, MEASURE).is_known


def test_a_diagnosis_of_a_statistic() -> None:
    random = np.random.default_rng(0)
    splits = []
    for split, count in (("train", 2000), ("dev", 400)):
        predictions, truth = binary(random, count)
        if split == "train":
            predictions = truth ^ (random.random(count) < 0.02)
        splits.append(SplitErrors(split, SampledStatistic(f1_error(predictions, truth), count)))
    diagnosis = diagnose(splits, measure=MEASURE)
    assert diagnosis.verdict == "variance"
    assert [level.num_examples for level in diagnosis.levels] == [None, 2000, 400]


@pytest.mark.slow
@pytest.mark.parametrize("count", [60, 200])
def test_the_coverage_of_an_f1_error(count: int) -> None:
    covered = []
    for seed in range(1000):
        predictions, truth = binary(np.random.default_rng(seed), count)
        sample = SampledStatistic(f1_error(predictions, truth), count)
        covered.append(error_interval(sample, MEASURE).covers(TRUE_ERROR))
    assert 0.93 <= np.mean(covered) <= 0.97


def test_means_have_the_same_number_of_units_in_both_kinds_of_samples() -> None:
    units = np.array([0, 0, 1, 2, 2])
    one, other = SampledStatistic(mean_of(np.ones(5)), 5, units), SampledErrors(np.ones(5), None, units)
    assert (one.num_units, one.is_clustered) == (other.num_units, other.is_clustered) == (3, True)
