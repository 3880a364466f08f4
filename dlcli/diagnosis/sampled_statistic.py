"""Intervals of an error that is no ratio of sums over examples, such as 1 − F1: the BCa bootstrap.

The statistic is computed on resampled sets of sampling units. The percentiles of its distribution are corrected for its
bias and for the change of its variance with its value (Efron 1987, *Better bootstrap confidence intervals*).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeAlias

import numpy as np

from dlcli.core import rng
from dlcli.diagnosis.intervals import Interval
from dlcli.diagnosis.sampled_errors import Array, SampledErrors
from dlcli.tasks import ExampleErrors, SetStatistic

#: Number of resampled sets.
_RESAMPLES = 1_999
#: Maximum number of groups of units that are left out, one after another, to estimate the acceleration.
_MOST_GROUPS = 200
_NORMAL = NormalDist()


@dataclass(frozen=True)
class SampledStatistic:
    """An error that is computed from a set of examples as a whole, with the sampling units of the examples.

    Args:
        statistic: Function from row numbers (n,), which may repeat, to the error of these rows; NaN if undefined.
        rows: Number of rows.
        units: Sampling unit of each row (rows,); None if each row is a unit.
    """

    statistic: Callable[[Array], float]
    rows: int
    units: Array | None = None

    def __len__(self) -> int:
        return self.rows

    @property
    def is_clustered(self) -> bool:
        """Whether a unit has more than one row."""
        return self.num_units < self.rows

    @property
    def num_units(self) -> int:
        return self.rows if self.units is None else len(np.unique(self.units))

    @property
    def value(self) -> float:
        """Error of all rows."""
        return self.statistic(np.arange(self.rows))

    def members(self) -> list[Array]:
        """Return the rows of each unit."""
        if self.units is None:
            return [np.array([row]) for row in range(self.rows)]
        order = np.argsort(self.units, kind="stable")
        _, starts = np.unique(self.units[order], return_index=True)
        return np.split(order, starts[1:])


#: Errors of a split with their sampling units.
Sample: TypeAlias = SampledErrors | SampledStatistic


def sample_of(errors: ExampleErrors | SetStatistic, units: Array | None, *, in_order: bool = False) -> Sample:
    """Return errors with the sampling units of their examples.

    Args:
        errors: Errors of N examples, or the statistic that is the error of any set of them.
        units: Sampling unit of each example (N,); None if each example is a unit.
        in_order: Whether the units are consecutive stretches of one text.
    """
    if isinstance(errors, SetStatistic):
        return SampledStatistic(errors.function, errors.size, units)
    return SampledErrors(errors.sums, errors.sizes, units, in_order)


def statistic_interval(sample: SampledStatistic, *, level: float = 0.95) -> Interval:
    """Compute the error of a split with its interval."""
    clustered = ", clustered" if sample.is_clustered else ""
    return _interval(sample.statistic, sample, level, f"bootstrap BCa{clustered}")


def paired_statistic_interval(first: SampledStatistic, second: SampledStatistic, *, level: float = 0.95) -> Interval:
    """Compute the interval of `first` − `second` for two models on the same rows."""

    def difference(rows: Array) -> float:
        return first.statistic(rows) - second.statistic(rows)

    clustered = ", clustered" if first.is_clustered else ""
    return _interval(difference, first, level, f"paired, bootstrap BCa{clustered}")


def _interval(statistic: Callable[[Array], float], sample: SampledStatistic, level: float, method: str) -> Interval:
    members = sample.members()
    value = statistic(np.arange(sample.rows))
    if len(members) < 2:
        return Interval(value, -math.inf, math.inf, level, "unknown: one unit")
    generator = rng.generator(0, "bootstrap")  # the same for every interval, so that a report is reproducible
    draws = generator.integers(len(members), size=(_RESAMPLES, len(members)))
    values = np.array([statistic(np.concatenate([members[unit] for unit in drawn])) for drawn in draws])
    values = np.sort(values[np.isfinite(values)])
    if not len(values) or not math.isfinite(value):
        return Interval(value, -math.inf, math.inf, level, "unknown: undefined on resampled examples")
    if values[0] == values[-1]:
        return Interval(value, float(values[0]), float(values[0]), level, method)
    tail = (1 - level) / 2
    bias = _bias(values, value)
    acceleration = _acceleration(statistic, members)
    low, high = (_percentile(values, _corrected(share, bias, acceleration)) for share in (tail, 1 - tail))
    return Interval(value, min(low, value), max(high, value), level, method)


def _bias(values: Array, value: float) -> float:
    """Return the normal quantile of the share of resampled values below the value; ties count half."""
    below = np.count_nonzero(values < value) + np.count_nonzero(values == value) / 2
    share = min(max(below / len(values), 1 / (len(values) + 1)), len(values) / (len(values) + 1))
    return _NORMAL.inv_cdf(float(share))


def _acceleration(statistic: Callable[[Array], float], members: list[Array]) -> float:
    """Estimate the acceleration from the values without each of up to `_MOST_GROUPS` groups of units."""
    groups = np.array_split(np.arange(len(members)), min(len(members), _MOST_GROUPS))
    left = [statistic(np.concatenate([members[unit] for unit in _without(len(members), group)])) for group in groups]
    deviations = np.mean(left) - np.array(left)
    spread = float(np.sum(deviations**2)) ** 1.5
    return float(np.sum(deviations**3)) / (6 * spread) if spread > 0 and math.isfinite(spread) else 0.0


def _without(count: int, group: Array) -> Array:
    return np.delete(np.arange(count), group)


def _corrected(share: float, bias: float, acceleration: float) -> float:
    shifted = bias + _NORMAL.inv_cdf(share)
    return _NORMAL.cdf(bias + shifted / (1 - acceleration * shifted))


def _percentile(values: Array, share: float) -> float:
    return float(np.quantile(values, share, method="inverted_cdf"))
