"""Detection of sums of errors that a few examples dominate, so that their intervals are unreliable.

The coverage error of an interval of a mean is bounded by Σ |e − ē|³ / (Σ (e − ē)²)^1.5 (Berry & Esseen). This ratio is
near 1 if a single example makes up the variance, and falls as 1/√N if the errors have three moments. For squared errors
of a normal distribution it is 0.5 for 10 examples, 0.25 for 100 and 0.09 for 1,000. For those of a t distribution with
3 degrees of freedom, whose intervals cover the truth in 88 % of the samples of any size, it stays at 0.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dlcli.diagnosis.sampled_errors import Array
from dlcli.tasks import ErrorMeasure

#: Ratio above which 95 % intervals may cover the truth in less than 93 % of the samples.
_LARGEST_RATIO = 0.3
_HALF = 0.5


@dataclass(frozen=True)
class Concentration:
    """The largest errors of a split.

    Args:
        num_largest: Number of largest errors that make up at least half of the sum.
        share: Share of the sum that they make up.
        num_examples: Number of all examples.
        terms: Plural of the errors that are summed.
    """

    num_largest: int
    share: float
    num_examples: int
    terms: str


def concentration(measure: ErrorMeasure, errors: Array) -> Concentration | None:
    """Return the concentration of the errors if the largest ones dominate the sum; None otherwise.

    Args:
        measure: Measure of the error; None is returned if its errors cannot dominate their sum.
        errors: Errors of the examples (N,), or absolute values of their differences.
    """
    if measure.summands is None or len(errors) < 2:
        return None
    errors = np.sort(errors)[::-1]
    total = float(errors.sum())
    if not (np.isfinite(total) and total > 0):
        return None
    if not _third_moment_ratio(errors) > _LARGEST_RATIO:
        return None
    shares = np.cumsum(errors) / total
    largest = int(np.searchsorted(shares, _HALF)) + 1
    return Concentration(largest, float(shares[largest - 1]), len(errors), measure.summands)


def _third_moment_ratio(errors: Array) -> float:
    """Compute Σ |e − ē|³ / (Σ (e − ē)²)^1.5; 0 if all errors are equal."""
    deviations = np.abs(errors - errors.mean())
    largest = float(deviations.max())
    if largest == 0:
        return 0.0
    deviations /= largest  # so that no power overflows
    squares = deviations**2
    return float(squares @ deviations) / math.pow(float(squares.sum()), 1.5)
