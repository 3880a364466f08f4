"""Confidence intervals in closed form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

from dlcli.diagnosis.beta import incomplete_beta
from dlcli.diagnosis.student import student_quantile

#: Number of errors, or of right answers, up to which the interval of a rate includes the mid-P interval.
_FEW = 20
#: Maximum number of secant steps in the search for a bound, and the accuracy of the log-probability that ends it.
_SECANTS, _ACCURACY = 20, 1e-9


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval.

    Args:
        value: Estimate.
        low: Lower bound; −∞ if unbounded.
        high: Upper bound; ∞ if unbounded.
        level: Confidence level, such as 0.95.
        method: Name of the method.
    """

    value: float
    low: float
    high: float
    level: float
    method: str

    @property
    def is_known(self) -> bool:
        """Whether both bounds are finite."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def covers(self, number: float) -> bool:
        """Whether the interval contains `number`; an interval of a difference that covers 0 is inconclusive."""
        return self.low <= number <= self.high


def score_interval(rate: float, num_examples: float, quantile: float) -> tuple[float, float]:
    """Compute the bounds of the score interval of a rate (Wilson 1927).

    Args:
        rate: Observed rate.
        num_examples: Number of independent examples, above 0; may be an effective number.
        quantile: Number of standard errors to either side.
    """
    square = quantile**2 / num_examples
    center = (rate + square / 2) / (1 + square)
    margin = quantile * math.sqrt(rate * (1 - rate) / num_examples + square / (4 * num_examples)) / (1 + square)
    return 0.0 if rate == 0 else max(0.0, center - margin), 1.0 if rate == 1 else min(1.0, center + margin)


def wilson_interval(errors: int, num_examples: int, *, level: float = 0.95) -> Interval:
    """Compute the score interval of an error rate (Wilson 1927), which suits small counts and stays within [0, 1].

    Args:
        errors: Number of wrongly predicted examples.
        num_examples: Number of all examples; 0 gives the rate NaN and the interval [0, 1].
        level: Confidence level.

    Raises:
        ValueError: `errors` is not between 0 and `num_examples`.
    """
    if not 0 <= errors <= num_examples:
        raise ValueError(f"expected a number of errors from 0 to {num_examples}, got {errors}")
    if num_examples == 0:
        return Interval(math.nan, 0.0, 1.0, level, "Wilson")
    rate = errors / num_examples
    return Interval(rate, *score_interval(rate, num_examples, _normal_quantile(level)), level, "Wilson")


def rate_interval(errors: int, num_examples: int, *, level: float = 0.95) -> Interval:
    """Compute the union of Wilson's interval and the exact mid-P interval, which differ for few errors.

    Wilson's interval alone covers rates with about 0.2 expected errors in only 84 % of the samples, and the mid-P
    interval alone covers rates with 3 expected errors in 92 %; they fail at different rates (Brown, Cai & DasGupta
    2001, Statistical Science 16:101). For 15 or more examples, the union covers every rate with at least one expected
    error in 92.9 to 98 % of the samples; on average over all rates, in 95 to 97 %.

    Args:
        errors: Number of wrongly predicted examples.
        num_examples: Number of all examples.
        level: Confidence level.
    """
    rate = errors / num_examples
    return Interval(rate, *rate_bounds(rate, num_examples, level=level), level, "Wilson and mid-P")


def rate_bounds(rate: float, num_examples: float, *, level: float) -> tuple[float, float]:
    """Compute the bounds of `rate_interval`, also for a fractional number of errors."""
    low, high = score_interval(rate, num_examples, _normal_quantile(level))
    errors, right = rate * num_examples, (1 - rate) * num_examples
    if min(errors, right) > _FEW or rate in (0, 1):
        return low, high
    tail = (1 - level) / 2
    return _mid_p_bound(errors, num_examples, tail, low), 1 - _mid_p_bound(right, num_examples, tail, 1 - high)


def _mid_p_bound(errors: float, num_examples: float, tail: float, highest: float) -> float:
    """Compute the lower bound of the mid-P interval, or return `highest` if that is lower.

    Args:
        errors: Number of wrongly predicted examples, above 0 and below `num_examples`.
        num_examples: Number of all examples.
        tail: Probability, at the bound, of more errors plus half of that of equally many.
        highest: Upper limit of the bound.
    """
    before, excess_before = math.log(highest), math.log(_mid_p(errors, num_examples, highest) / tail)
    if excess_before <= 0:
        return highest
    now = (
        before - excess_before / errors
    )  # in logarithms: for rare errors, the probability is proportional to rate ** errors
    for _ in range(_SECANTS):
        excess = math.log(_mid_p(errors, num_examples, math.exp(now)) / tail)
        if abs(excess) < _ACCURACY or excess == excess_before:
            break
        before, excess_before, now = now, excess, now - excess * (now - before) / (excess - excess_before)
    return math.exp(now)


def _mid_p(errors: float, num_examples: float, rate: float) -> float:
    """Compute the probability of more errors, plus half of that of equally many errors."""
    right = num_examples - errors
    return (incomplete_beta(rate, errors, right + 1) + incomplete_beta(rate, errors + 1, right)) / 2


def newcombe_interval(
    first_errors: int, first_examples: int, second_errors: int, second_examples: int, *, level: float = 0.95
) -> Interval:
    """Compute the hybrid score interval of the difference `first − second` of two independent error rates.

    Newcombe (1998), Statistics in Medicine 17:873, method 10. For two models on the same examples use an interval
    for paired samples: this one would be too wide.

    Args:
        first_errors: Number of errors in the first sample.
        first_examples: Size of the first sample.
        second_errors: Number of errors in the second sample.
        second_examples: Size of the second sample.
        level: Confidence level.
    """
    first = wilson_interval(first_errors, first_examples, level=level)
    second = wilson_interval(second_errors, second_examples, level=level)
    if not first_examples or not second_examples:
        return Interval(math.nan, -1.0, 1.0, level, "Newcombe")
    difference = independent_difference(first, second)
    return Interval(difference.value, max(-1.0, difference.low), min(1.0, difference.high), level, "Newcombe")


def independent_difference(first: Interval, second: Interval) -> Interval:
    """The interval of `first − second` from those of two independent samples, by the square-and-add rule.

    For rates this is Newcombe's method 10; Zou & Donner (2008), Statistics in Medicine 27:1693, extend it to any two
    estimates, whose intervals may be asymmetric.
    """
    difference = first.value - second.value
    low = difference - math.hypot(first.value - first.low, second.high - second.value)
    high = difference + math.hypot(first.high - first.value, second.value - second.low)
    return Interval(difference, low, high, first.level, "square-and-add")


def mean_interval(values: Sequence[float], *, level: float = 0.95) -> Interval:
    """Compute Student's interval of a mean, such as that over several seeds; infinitely wide for a single value.

    Args:
        values: Independent measurements, at least one.
        level: Confidence level.
    """
    mean, count = fmean(values), len(values)
    margin = student_quantile(count - 1, level) * stdev(values) / math.sqrt(count) if count > 1 else math.inf
    return Interval(mean, mean - margin, mean + margin, level, "Student")


def _normal_quantile(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)
