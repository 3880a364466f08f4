"""The intervals of an error and of the difference of two, by the measure they are in."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from dlcli import rng
from dlcli.diagnosis.intervals import (
    Interval,
    bootstrap_interval,
    newcombe_interval,
    paired_bootstrap_interval,
    wilson_interval,
)
from dlcli.diagnosis.measure import Measure
from dlcli.diagnosis.paired import paired_rate_interval

Array: TypeAlias = np.ndarray[Any, Any]

#: draws of single examples that one bootstrap may cost
_DRAWS = 20_000_000
_FEWEST_RESAMPLES, _MOST_RESAMPLES = 400, 2000


def error_interval(errors: Array, measure: Measure, *, level: float = 0.95) -> Interval:
    """The error of a split: Wilson's interval for a rate, the bootstrap for other measures.

    Args:
        errors: per-example errors (N,).
        measure: the unit of the error.
        level: confidence level.
    """
    if measure is Measure.ERROR_RATE:
        return wilson_interval(_count(errors), len(errors), level=level)
    return bootstrap_interval(
        [errors], measure.of_errors, generator=_generator(), num_resamples=_resamples(len(errors)), level=level
    )


def difference_interval(first: Array, second: Array, measure: Measure, *, level: float = 0.95) -> Interval:
    """`first` − `second` of two independent samples: Newcombe's interval for rates, else the bootstrap.

    Args:
        first: per-example errors (N,).
        second: per-example errors (M,) of other examples.
        measure: the unit of the error.
        level: confidence level.
    """
    if measure is Measure.ERROR_RATE:
        return newcombe_interval(_count(first), len(first), _count(second), len(second), level=level)
    return bootstrap_interval(
        [first, second],
        lambda one, other: measure.of_errors(one) - measure.of_errors(other),
        generator=_generator(),
        num_resamples=_resamples(len(first) + len(second)),
        level=level,
    )


def paired_difference_interval(first: Array, second: Array, measure: Measure, *, level: float = 0.95) -> Interval:
    """`first` − `second` of two models on the same examples: only where they differ do they tell anything.

    Args:
        first: per-example errors (N,).
        second: per-example errors (N,) of the same examples in the same order.
        measure: the unit of the error.
        level: confidence level.
    """
    if measure is Measure.ERROR_RATE:
        return paired_rate_interval(first, second, level=level)
    return paired_bootstrap_interval(
        first, second, measure.of_errors, generator=_generator(), num_resamples=_resamples(len(first)), level=level
    )


def _count(errors: Array) -> int:
    return int(np.count_nonzero(errors))


def _resamples(num_examples: int) -> int:
    return min(_MOST_RESAMPLES, max(_FEWEST_RESAMPLES, _DRAWS // num_examples))


def _generator() -> np.random.Generator:
    """The same for every interval, so that a report can be made again to the last digit."""
    return rng.generator(0, "bootstrap")
