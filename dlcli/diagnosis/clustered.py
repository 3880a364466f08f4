"""Intervals of error rates whose examples were sampled in clusters, such as the words of sentences.

The variance of a rate Σ errors / Σ sizes is estimated from the clusters' residuals (linearization of a ratio; Cochran
1977, chapter 6). As in the jackknife, each residual is scaled up by its leverage, since a cluster pulls the rate toward
itself. The ratio to the variance of independent examples gives the effective number of examples (Kish 1965). The
intervals are those of this number of independent examples, with Student's quantile instead of the normal quantile. The
degrees of freedom are those of clusters of unequal size (Satterthwaite): if one cluster holds half of the words, the
variance is as uncertain as that of few clusters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dlcli.diagnosis.intervals import Interval, rate_bounds, score_interval
from dlcli.diagnosis.sampled_errors import Array, SampledErrors, unit_totals
from dlcli.diagnosis.student import student_quantile


@dataclass(frozen=True)
class EffectiveSize:
    """Effective size of a clustered sample.

    Args:
        examples: Number of independent examples that would estimate the rate equally well.
        freedom: Degrees of freedom of the estimated variance.
    """

    examples: float
    freedom: float

    def times(self, factor: float) -> EffectiveSize:
        """Return the size of a sample with `factor` times as many clusters of the same kind."""
        return EffectiveSize(self.examples * factor, self.freedom * factor)


def effective_size(errors: Array, sizes: Array, independent_variance: float) -> EffectiveSize:
    """Compute the effective size of a clustered sample.

    Args:
        errors: Sum of the errors of each cluster (G,), for at least two clusters.
        sizes: Number of examples of each cluster (G,).
        independent_variance: Variance of one example's error if examples were independent.
    """
    num_clusters, total = len(errors), float(sizes.sum())
    leverage = sizes / total
    # Difference between the errors of each cluster and those expected from its size.
    residuals = (errors - errors.sum() / total * sizes) / (1 - leverage)
    variance = (num_clusters - 1) / num_clusters * float(np.sum(residuals**2)) / total**2
    if variance == 0 or independent_variance == 0:  # no errors, or only errors: each cluster is one observation
        return EffectiveSize(num_clusters, num_clusters - 1)
    # Kish's design effect: 1 for independent examples, the mean size for clusters of equal examples.
    inflation = variance * total / independent_variance
    mean_size = float(np.sum(sizes**2)) / total
    # The intraclass correlation that would explain the inflation, from deff = 1 + (mean size − 1) ρ
    correlation = min(1.0, max(0.0, (inflation - 1) / (mean_size - 1))) if mean_size > 1 else 0.0
    variances = sizes * (1 + (sizes - 1) * correlation)  # of the clusters' sums, up to a factor
    freedom = float(variances.sum() ** 2 / np.sum(variances**2)) - 1
    return EffectiveSize(total / inflation, max(1.0, freedom))


def effective_size_of_rate(sample: SampledErrors) -> EffectiveSize:
    """Compute the effective size of a sample of errors 0 or 1; the number of examples if they are independent."""
    if not sample.is_clustered:
        return EffectiveSize(len(sample), math.inf)
    errors, sizes = sample.totals().T
    if len(errors) < 2:
        return EffectiveSize(0, 0)
    return effective_size(errors, sizes, sample.mean * (1 - sample.mean))


def effective_size_of_differences(first: SampledErrors, second: Array) -> EffectiveSize:
    """Compute the effective size of the differences of two models' errors on the same clustered examples.

    Args:
        first: Errors 0 or 1 of the first model.
        second: Errors of the second model (N,), in the same order.
    """
    differences = first.sums - second
    totals, sizes = unit_totals(first.units, differences, np.ones(len(differences))).T
    if len(totals) < 2:
        return EffectiveSize(0, 0)
    return effective_size(totals, sizes, float(np.mean(differences != 0)) - float(differences.mean()) ** 2)


def clustered_rate_interval(sample: SampledErrors, *, level: float = 0.95) -> Interval:
    """Compute the interval of an error rate, by Wilson's formula for the effective number of examples.

    Args:
        sample: Errors 0 or 1; a single cluster gives the interval from 0 to 1.
        level: Confidence level.
    """
    size = effective_size_of_rate(sample)
    if size.examples == 0:
        return Interval(sample.mean, 0.0, 1.0, level, "unknown: one unit")
    return Interval(sample.mean, *size_bounds(sample.mean, size, level=level), level, "Wilson, clustered")


def size_bounds(rate: float, size: EffectiveSize, *, level: float) -> tuple[float, float]:
    """Compute the bounds of the interval of a rate from a sample of this size."""
    if math.isinf(size.freedom):
        return rate_bounds(rate, size.examples, level=level)
    if size.examples == 0:
        return 0.0, 1.0
    return score_interval(rate, size.examples, student_quantile(size.freedom, level))


def clustered_paired_interval(first: SampledErrors, second: Array, *, level: float = 0.95) -> Interval:
    """Compute the interval of the difference `first − second` of two error rates on the same clustered examples.

    It is Bonett and Price's interval (see `paired_rate_interval`) for the effective number of pairs.

    Args:
        first: Errors 0 or 1 of the first model.
        second: Errors of the second model (N,), in the same order.
        level: Confidence level.
    """
    differences = first.sums - second
    difference = float(differences.mean())
    size = effective_size_of_differences(first, second)
    if size.examples == 0:
        return Interval(difference, -1.0, 1.0, level, "unknown: one unit")
    only_first, only_second = float(np.mean(differences > 0)), float(np.mean(differences < 0))
    low, high = bonett_price(only_first, only_second, size.examples, student_quantile(size.freedom, level))
    return Interval(difference, low, high, level, "paired, Bonett-Price, clustered")


def bonett_price(only_first: float, only_second: float, num_examples: float, quantile: float) -> tuple[float, float]:
    """Compute the bounds of the adjusted Wald interval of a paired difference of rates (Bonett & Price 2012).

    Args:
        only_first: Share of the examples that only the first model gets wrong.
        only_second: Share of the examples that only the second model gets wrong.
        num_examples: Number of independent examples.
        quantile: Number of standard errors to either side.
    """
    # One example is added to each kind of disagreement; otherwise the interval would have zero width if the models
    # agree on all examples.
    first = (only_first * num_examples + 1) / (num_examples + 2)
    second = (only_second * num_examples + 1) / (num_examples + 2)
    center = first - second
    margin = quantile * math.sqrt((first + second - center**2) / (num_examples + 2))
    return max(-1.0, center - margin), min(1.0, center + margin)
