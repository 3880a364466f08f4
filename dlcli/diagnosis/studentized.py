"""The studentized bootstrap of a smooth function of means, such as the logarithm of a ratio of sums."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from dlcli.diagnosis.neighbors import neighbor_correlation, variance_inflation
from dlcli.diagnosis.student import student_quantile

Array: TypeAlias = np.ndarray[Any, Any]
#: from means (…, K) to values (…) and gradients (…, K)
Function = Callable[[Array], tuple[Array, Array]]

NUM_RESAMPLES = 1000
#: with fewer units too many resamples hold a single one again and again; Student's quantiles stand alone
FEWEST_UNITS = 10
#: beyond this many units, means of several replace them: what remains of the skewness is seen in them as well
MOST_UNITS = 2000
#: counts that are drawn at once: as much as the processor's cache holds
_CHUNK = 1 << 18


def studentized_bounds(
    units: Array, function: Function, *, generator: np.random.Generator, level: float, in_order: bool = False
) -> tuple[float, float]:
    """The bounds of `function` of the expected means.

    The interval is the union of Student's and of the bootstrap-t interval (Efron & Tibshirani 1993, chapter 12;
    Hall 1988). The latter follows skewed errors, but few units make its quantiles too small; these are enlarged as
    Student's quantile is against the normal one. Its degrees of freedom are those of the variance of units with the
    kurtosis of the sample: a variance that few large errors make up is as uncertain as that of few units.

    Args:
        units: one row of K numbers for each independently sampled unit (G, K), at least two.
        function: smooth function of the K means, with its gradient.
        generator: source of the resamples.
        level: confidence level.
        in_order: whether neighboring units may be alike. The standard error and its degrees of freedom are then those
            of as many independent units as an autoregressive process with the correlation of neighbors is worth.
    """
    value, error, freedom = _estimate(units, function, in_order)
    if error == 0:
        return value, value
    below = above = student_quantile(freedom, level)
    if len(units) >= FEWEST_UNITS:
        deviations = _deviations(_merged(units), function, generator)
        tails = [0.5 - level / 2, 0.5 + level / 2]
        lowest, highest = np.quantile(deviations, tails, method="nearest") * (below / student_quantile(math.inf, level))
        below, above = max(below, float(highest)), max(above, -float(lowest))
    return value - below * error, value + above * error


def _estimate(units: Array, function: Function, in_order: bool) -> tuple[float, float, float]:
    """The value, its standard error by linearization, and the degrees of freedom of that.

    The variance of N units with the kurtosis κ has the relative variance (κ − 1) / N, that of normal ones 2 / (N − 1).
    """
    count, means = len(units), units.mean(axis=0)
    value, gradient = function(means)
    scores = (units - means) @ gradient  # (G,)
    squares = scores**2
    total = float(squares.sum())
    if total == 0:
        return float(value), 0.0, count - 1
    # 0 if all squares are equal: the variance is then as certain as that of N units can be
    excess = count * float(squares @ squares) / total**2 - 1  # κ − 1
    freedom: float = max(1, min(count - 1, math.floor(2 * count / excess))) if excess > 0 else count - 1
    error = math.sqrt(total / (count * (count - 1)))
    if in_order:
        inflation = variance_inflation(neighbor_correlation(scores))
        error *= math.sqrt(inflation)
        freedom = max(1.0, min(freedom, count / inflation - 1))
    return float(value), error, freedom


def _merged(units: Array) -> Array:
    """At most MOST_UNITS rows: means of equally many units that lie far from each other in the sample."""
    share = -(-len(units) // MOST_UNITS)
    if share == 1:
        return units
    count = len(units) // share
    # Strided, not consecutive: neighbors of a file are often alike, and their mean would vary too much.
    merged: Array = units[: count * share].reshape(share, count, units.shape[1]).mean(axis=0)
    return merged


def _deviations(units: Array, function: Function, generator: np.random.Generator) -> Array:
    """(NUM_RESAMPLES,) how many of its own standard errors each resample's value lies above that of the sample."""
    count, width = units.shape
    means = units.mean(axis=0)
    centered = units - means
    rows, columns = np.triu_indices(width)
    # All that a resample needs are weighted sums of these columns, so 1,000 resamples are one matrix product instead of
    # 1,000 passes over the data.
    moments = np.concatenate([centered, centered[:, rows] * centered[:, columns]], axis=1)  # (G, K + K (K + 1) / 2)
    weight_of = np.where(rows == columns, 1.0, 2.0)
    center, _ = function(means)
    deviations = []
    for start in range(0, NUM_RESAMPLES, chunk := max(1, _CHUNK // count)):
        resamples = min(chunk, NUM_RESAMPLES - start)
        # How often each unit was drawn, by a single bincount: the resamples are shifted apart by `count`.
        drawn = generator.integers(count, size=(resamples, count)) + np.arange(resamples)[:, None] * count
        counts = np.bincount(drawn.reshape(-1), minlength=resamples * count).reshape(resamples, count)
        resampled = counts.astype(np.float64) @ moments / count  # as floats: integers are multiplied slowly
        shifts, products = resampled[:, :width], resampled[:, width:]
        values, gradients = function(means + shifts)
        # Second moments around the sample's means, moved to those of the resample.
        covariances = products - shifts[:, rows] * shifts[:, columns]
        squares = np.sum(weight_of * gradients[:, rows] * gradients[:, columns] * covariances, axis=1)
        errors = np.sqrt(np.maximum(squares, 0) / (count - 1))
        differences = values - float(center)
        with np.errstate(divide="ignore", invalid="ignore"):
            # A resample of one unit only has no variance: 0/0 counts as no deviation, x/0 as an infinite one.
            ratios = np.where(differences == 0, 0.0, differences / errors)
        deviations.append(ratios)
    return np.concatenate(deviations)
