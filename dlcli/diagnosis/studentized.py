"""Studentized bootstrap of a smooth function of means, such as the logarithm of a ratio of sums."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from dlcli.diagnosis.neighbors import neighbor_correlation, variance_inflation
from dlcli.diagnosis.student import student_quantile

Array: TypeAlias = np.ndarray[Any, Any]
#: Function of means (…, K) that returns values (…) and gradients (…, K).
Function = Callable[[Array], tuple[Array, Array]]

NUM_RESAMPLES = 1000
#: Number of units below which only Student's quantiles are used: resamples would repeat too few units.
FEWEST_UNITS = 10
#: Number of units above which units are replaced by means of several, which keep the remaining skewness.
MOST_UNITS = 2000
#: Share of the sample's mean below which the mean of a resample is 0 up to rounding errors.
_ROUNDING = 1e-12
#: Number of counts that are drawn at once; they fit into the processor's cache.
_CHUNK = 1 << 18


def studentized_bounds(
    units: Array, function: Function, *, generator: np.random.Generator, level: float, in_order: bool = False
) -> tuple[float, float]:
    """Compute the confidence bounds of `function` of the expected means.

    The interval is the union of Student's interval and the bootstrap-t interval (Efron & Tibshirani 1993, chapter 12;
    Hall 1988). The latter adapts to skewed errors, but its quantiles are too small for few units; they are scaled by
    the ratio of Student's quantile to the normal quantile. The degrees of freedom take the kurtosis of the sample into
    account: a variance dominated by a few large errors is as uncertain as that of few units.

    Args:
        units: Values (G, K) of each independently sampled unit, for at least two units.
        function: Smooth function of the K means that also returns its gradient.
        generator: Random generator of the resamples.
        level: Confidence level.
        in_order: Whether neighboring units may be correlated. If so, the standard error and its degrees of freedom are
            those of the equivalent number of independent units, from a first-order autoregressive model.
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
    """Compute the value, its standard error by linearization, and the degrees of freedom of the standard error.

    The estimated variance of N units has the relative variance (κ − 1) / N for the kurtosis κ; 2 / (N − 1) for normal
    units.
    """
    count, means = len(units), units.mean(axis=0)
    value, gradient = function(means)
    scores = (units - means) @ gradient  # (G,)
    squares = scores**2
    total = float(squares.sum())
    if total == 0:
        return float(value), 0.0, count - 1
    # 0 if all squares are equal: the degrees of freedom then have their maximum, N − 1
    excess = count * float(squares @ squares) / total**2 - 1  # κ − 1
    freedom: float = max(1, min(count - 1, math.floor(2 * count / excess))) if excess > 0 else count - 1
    error = math.sqrt(total / (count * (count - 1)))
    if in_order:
        inflation = variance_inflation(neighbor_correlation(scores))
        error *= math.sqrt(inflation)
        freedom = max(1.0, min(freedom, count / inflation - 1))
    return float(value), error, freedom


def _merged(units: Array) -> Array:
    """Average distant units in groups of equal size, so that at most MOST_UNITS rows remain."""
    share = -(-len(units) // MOST_UNITS)
    if share == 1:
        return units
    count = len(units) // share
    # Strided, not consecutive: neighbors in a file are often correlated, and their means would vary too much.
    merged: Array = units[: count * share].reshape(share, count, units.shape[1]).mean(axis=0)
    return merged


def _deviations(units: Array, function: Function, generator: np.random.Generator) -> Array:
    """Compute the studentized deviation of each resample's value from the sample's value (≤ NUM_RESAMPLES,).

    Resamples with an infinite value are left out, such as the logarithm of an error without a single mistake.
    """
    count, width = units.shape
    means = units.mean(axis=0)
    centered = units - means
    rows, columns = np.triu_indices(width)
    # A resample needs only weighted sums of these columns, so 1,000 resamples are one matrix product instead of 1,000
    # passes over the data.
    moments = np.concatenate([centered, centered[:, rows] * centered[:, columns]], axis=1)  # (G, K + K (K + 1) / 2)
    weight_of = np.where(rows == columns, 1.0, 2.0)
    center, _ = function(means)
    deviations = []
    for start in range(0, NUM_RESAMPLES, chunk := max(1, _CHUNK // count)):
        resamples = min(chunk, NUM_RESAMPLES - start)
        # Count how often each unit was drawn with a single bincount: the resamples are offset by multiples of `count`.
        drawn = generator.integers(count, size=(resamples, count)) + np.arange(resamples)[:, None] * count
        counts = np.bincount(drawn.reshape(-1), minlength=resamples * count).reshape(resamples, count)
        resampled = counts.astype(np.float64) @ moments / count  # as floats: integer matrix products are slow
        drawn_means = means + resampled[:, :width]
        drawn_means[np.abs(drawn_means) < _ROUNDING * np.abs(means)] = 0
        with np.errstate(divide="ignore"):
            values, gradients = function(drawn_means)
        finite = np.isfinite(values)
        values, gradients, resampled = values[finite], gradients[finite], resampled[finite]
        shifts, products = resampled[:, :width], resampled[:, width:]
        # Second moments around the means of the sample, shifted to the means of the resample.
        covariances = products - shifts[:, rows] * shifts[:, columns]
        squares = np.sum(weight_of * gradients[:, rows] * gradients[:, columns] * covariances, axis=1)
        errors = np.sqrt(np.maximum(squares, 0) / (count - 1))
        differences = values - float(center)
        with np.errstate(divide="ignore", invalid="ignore"):
            # A resample of one unit only has no variance: 0/0 counts as no deviation, x/0 as an infinite one.
            ratios = np.where(differences == 0, 0.0, differences / errors)
        deviations.append(ratios)
    return np.concatenate(deviations)
