"""How far a measured number can be trusted: confidence intervals of error rates and of other metrics."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev
from typing import Literal

import numpy as np

#: beyond this many examples the jackknife leaves out groups instead of single examples
JACKKNIFE_GROUPS = 500


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval.

    Args:
        value: the estimate.
        low: the lower end.
        high: the upper end.
        level: confidence level, such as 0.95.
        method: how the interval was made.
    """

    value: float
    low: float
    high: float
    level: float
    method: str

    def covers(self, number: float) -> bool:
        """Whether `number` lies within; an interval of a difference that covers 0 is inconclusive."""
        return self.low <= number <= self.high


def wilson_interval(errors: int, num_examples: int, *, level: float = 0.95) -> Interval:
    """The score interval of an error rate (Wilson 1927): good for small counts, and never outside 0 … 1.

    Args:
        errors: wrongly predicted examples.
        num_examples: all examples; with 0 the rate is NaN and the interval all of 0 … 1.
        level: confidence level.

    Raises:
        ValueError: `errors` is not between 0 and `num_examples`.
    """
    if not 0 <= errors <= num_examples:
        raise ValueError(f"{errors} errors among {num_examples} examples")
    if num_examples == 0:
        return Interval(math.nan, 0.0, 1.0, level, "Wilson")
    z = _normal_quantile(level)
    rate = errors / num_examples
    center = (rate + z**2 / (2 * num_examples)) / (1 + z**2 / num_examples)
    margin = z * math.sqrt(rate * (1 - rate) / num_examples + z**2 / (4 * num_examples**2)) / (1 + z**2 / num_examples)
    low = 0.0 if errors == 0 else center - margin
    high = 1.0 if errors == num_examples else center + margin
    return Interval(rate, low, high, level, "Wilson")


def newcombe_interval(
    first_errors: int, first_examples: int, second_errors: int, second_examples: int, *, level: float = 0.95
) -> Interval:
    """The hybrid score interval of the difference `first − second` of two independent error rates.

    Newcombe (1998), Statistics in Medicine 17:873, method 10. For two models on the same examples use an interval
    for paired samples: this one would be too wide.

    Args:
        first_errors: errors in the first sample.
        first_examples: size of the first sample.
        second_errors: errors in the second sample.
        second_examples: size of the second sample.
        level: confidence level.
    """
    first = wilson_interval(first_errors, first_examples, level=level)
    second = wilson_interval(second_errors, second_examples, level=level)
    if not first_examples or not second_examples:
        return Interval(math.nan, -1.0, 1.0, level, "Newcombe")
    difference = first.value - second.value
    low = difference - math.hypot(first.value - first.low, second.high - second.value)
    high = difference + math.hypot(first.high - first.value, second.value - second.low)
    return Interval(difference, max(-1.0, low), min(1.0, high), level, "Newcombe")


def mean_interval(values: Sequence[float], *, level: float = 0.95) -> Interval:
    """Student's interval of a mean, such as that of several seeds; infinitely wide for a single number.

    Args:
        values: measured independently of each other; not none.
        level: confidence level.
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    mean, count = fmean(values), len(values)
    margin = float(stdtrit(count - 1, 0.5 + level / 2)) * stdev(values) / math.sqrt(count) if count > 1 else math.inf
    return Interval(mean, mean - margin, mean + margin, level, "Student")


def bootstrap_interval(
    samples: Sequence[np.ndarray],
    statistic: Callable[..., float],
    *,
    generator: np.random.Generator,
    num_resamples: int = 2000,
    level: float = 0.95,
    method: Literal["percentile", "BCa"] = "BCa",
) -> Interval:
    """The bootstrap interval of any statistic of independent samples (Efron & Tibshirani 1993, chapters 13, 14).

    One sample gives the interval of a metric. Two samples and a statistic that subtracts give that of a
    difference between two splits. Two models on the same examples are *one* sample, whose rows hold both
    (`paired_bootstrap_interval`).

    Args:
        samples: arrays (N_i, …), drawn from along the first axis, each with its own draws; none may be empty.
        statistic: called with one array per sample; returns the estimate.
        generator: draws the resamples.
        num_resamples: how many.
        level: confidence level.
        method: percentile, or BCa, which corrects bias and skewness.
    """
    value = float(statistic(*samples))
    estimates = np.sort(
        [
            statistic(*(sample[generator.integers(len(sample), size=len(sample))] for sample in samples))
            for _ in range(num_resamples)
        ]
    )
    tails = np.array([0.5 - level / 2, 0.5 + level / 2])
    if method == "BCa":
        tails = _bca_tails(tails, value, estimates, _acceleration(samples, statistic))
    low, high = np.quantile(estimates, tails)
    return Interval(value, float(low), float(high), level, f"bootstrap, {method}")


def paired_bootstrap_interval(
    first: np.ndarray,
    second: np.ndarray,
    statistic: Callable[[np.ndarray], float] = np.mean,
    *,
    generator: np.random.Generator,
    num_resamples: int = 2000,
    level: float = 0.95,
    method: Literal["percentile", "BCa"] = "BCa",
) -> Interval:
    """The interval of `statistic(first) − statistic(second)` when both belong to the same examples.

    Args:
        first: per-example numbers (N,) of one model, such as squared errors.
        second: those of the other model, in the same order.
        statistic: from per-example numbers to the metric.
        generator: draws the resamples; an example is drawn with both its numbers.
        num_resamples: how many.
        level: confidence level.
        method: percentile or BCa.
    """
    return bootstrap_interval(
        [np.column_stack([first, second])],
        lambda rows: float(statistic(rows[:, 0]) - statistic(rows[:, 1])),
        generator=generator,
        num_resamples=num_resamples,
        level=level,
        method=method,
    )


def _normal_quantile(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)


def _bca_tails(tails: np.ndarray, value: float, estimates: np.ndarray, acceleration: float) -> np.ndarray:
    """The tail probabilities that BCa reads the quantiles at (Efron & Tibshirani 1993, equation 14.10)."""
    normal = NormalDist()
    below = float(np.mean(estimates < value) + np.mean(estimates == value) / 2)
    smallest = 0.5 / len(estimates)
    bias = normal.inv_cdf(min(max(below, smallest), 1 - smallest))
    shifted = [bias + normal.inv_cdf(float(tail)) for tail in tails]
    return np.array([normal.cdf(bias + z / (1 - acceleration * z)) for z in shifted])


def _acceleration(samples: Sequence[np.ndarray], statistic: Callable[..., float]) -> float:
    """The skewness of the statistic's influence values, from the jackknife of every sample (ibid., 14.15)."""
    cubes = squares = 0.0
    for position, sample in enumerate(samples):
        groups = np.array_split(np.arange(len(sample)), min(len(sample), JACKKNIFE_GROUPS))
        if len(groups) < 2:
            continue
        left_out = np.array(
            [
                statistic(*samples[:position], np.delete(sample, group, axis=0), *samples[position + 1 :])
                for group in groups
            ]
        )
        influence = left_out.mean() - left_out
        cubes += float(np.sum(influence**3))
        squares += float(np.sum(influence**2))
    return cubes / (6 * squares**1.5) if squares > 0 else 0.0
