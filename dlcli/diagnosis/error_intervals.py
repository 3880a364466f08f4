"""Confidence intervals of errors and of differences of errors, by measure."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from dlcli.core import rng
from dlcli.diagnosis.clustered import clustered_paired_interval, clustered_rate_interval
from dlcli.diagnosis.intervals import Interval, independent_difference, rate_interval
from dlcli.diagnosis.paired import paired_rate_interval
from dlcli.diagnosis.sampled_errors import Array, SampledErrors, unit_totals
from dlcli.diagnosis.sampled_statistic import (
    Sample,
    SampledStatistic,
    paired_statistic_interval,
    statistic_interval,
)
from dlcli.diagnosis.studentized import studentized_bounds
from dlcli.tasks import ErrorMeasure


def error_of(sample: Sample, measure: ErrorMeasure) -> float:
    """Return the error of a split."""
    return sample.value if isinstance(sample, SampledStatistic) else measure.of_mean(sample.mean)


def error_interval(errors: Array | Sample, measure: ErrorMeasure, *, level: float = 0.95) -> Interval:
    """Compute the error of a split with its interval.

    For a rate it is Wilson's interval, for a mean the studentized bootstrap of the logarithm, and for any other
    statistic the BCa bootstrap.

    Args:
        errors: Errors of independent examples (N,), or errors with their sampling units.
        measure: Unit of the error.
        level: Confidence level.
    """
    if isinstance(errors, SampledStatistic):
        return statistic_interval(errors, level=level)
    sample = SampledErrors.of(errors)
    if measure.is_rate:
        if sample.is_clustered:
            return clustered_rate_interval(sample, level=level)
        return rate_interval(int(np.count_nonzero(sample.sums)), len(sample), level=level)
    value = measure.of_mean(sample.mean)
    totals = sample.totals()
    if len(totals) < 2:
        return Interval(value, 0.0, math.inf, level, "unknown: one unit")
    if not sample.mean > 0:
        return Interval(value, value, value, level, "no error")
    low, high = studentized_bounds(totals, _log_ratio, generator=_generator(), level=level, in_order=sample.in_order)
    low, high = measure.of_mean(_exponential(low)), measure.of_mean(_exponential(high))
    return Interval(value, low, min(high, measure.largest), level, f"bootstrap-t{_clustered(sample)}")


def difference_interval(
    first: Array | Sample, second: Array | Sample, measure: ErrorMeasure, *, level: float = 0.95
) -> Interval:
    """Compute the interval of `first` − `second` for two independent samples.

    Args:
        first: Errors (N,), or errors with their sampling units.
        second: Errors of other examples (M,), or errors with their sampling units.
        measure: Unit of the error.
        level: Confidence level.
    """
    return split_difference(
        error_interval(first, measure, level=level), error_interval(second, measure, level=level), measure
    )


def split_difference(first: Interval, second: Interval, measure: ErrorMeasure) -> Interval:
    """Compute the interval of `first` − `second` from the intervals of two independent samples.

    For rates it is Newcombe's interval.
    """
    difference = independent_difference(first, second)
    if not measure.is_rate:
        return replace(difference, method=f"{first.method}, square-and-add")
    name = "Newcombe, clustered" if "clustered" in first.method + second.method else "Newcombe"
    return Interval(difference.value, max(-1.0, difference.low), min(1.0, difference.high), difference.level, name)


def paired_difference_interval(
    first: Array | Sample, second: Array | Sample, measure: ErrorMeasure, *, level: float = 0.95
) -> Interval:
    """Compute the interval of `first` − `second` for two models on the same examples.

    Args:
        first: Errors of one model (N,), or errors with their sampling units.
        second: Errors of the other model on the same examples in the same order.
        measure: Unit of the error.
        level: Confidence level.
    """
    if isinstance(first, SampledStatistic) and isinstance(second, SampledStatistic):
        return paired_statistic_interval(first, second, level=level)
    assert not isinstance(first, SampledStatistic)
    assert not isinstance(second, SampledStatistic)
    one, other = SampledErrors.of(first), SampledErrors.of(second)
    if measure.is_rate:
        if one.is_clustered:
            return clustered_paired_interval(one, other.sums, level=level)
        return paired_rate_interval(one.sums, other.sums, level=level)
    value = measure.of_mean(one.mean) - measure.of_mean(other.mean)
    sizes = np.ones(len(one)) if one.sizes is None else one.sizes
    totals = unit_totals(one.units, one.sums, other.sums, sizes)
    if len(totals) < 2:
        return Interval(value, -math.inf, math.inf, level, "unknown: one unit")
    function = _root_difference if measure.is_root else _ratio_difference
    low, high = studentized_bounds(totals, function, generator=_generator(), level=level, in_order=one.in_order)
    return Interval(value, low, high, level, f"paired, bootstrap-t{_clustered(one)}")


def _clustered(sample: SampledErrors) -> str:
    return ", clustered" if sample.is_clustered else ""


def _exponential(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def _log_ratio(means: Array) -> tuple[Array, Array]:
    """Compute the logarithm of errors / size, with its gradient."""
    errors, size = means[..., 0], means[..., 1]
    return np.log(errors) - np.log(size), np.stack([1 / errors, -1 / size], axis=-1)


def _ratio_difference(means: Array) -> tuple[Array, Array]:
    """Compute (first errors − second errors) / size, with its gradient."""
    first, second, size = means[..., 0], means[..., 1], means[..., 2]
    ratio = (first - second) / size
    return ratio, np.stack([1 / size, -1 / size, -ratio / size], axis=-1)


def _root_difference(means: Array) -> tuple[Array, Array]:
    """Compute √(first errors / size) − √(second errors / size), with its gradient."""
    first, second, size = means[..., 0], means[..., 1], means[..., 2]
    one, other = np.sqrt(first / size), np.sqrt(second / size)
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = [np.where(root > 0, 1 / (2 * root * size), 0.0) for root in (one, other)]
    return one - other, np.stack([slopes[0], -slopes[1], -(one - other) / (2 * size)], axis=-1)


def _generator() -> np.random.Generator:
    """Return a generator with the same seed for every interval, so that a report is reproducible to the last digit."""
    return rng.generator(0, "bootstrap")
