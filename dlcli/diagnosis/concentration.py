"""Whether a few examples decide about a sum of errors, so that its interval is unreliable.

What bounds the error of an interval of a mean is Σ |e − ē|³ / (Σ (e − ē)²)^1.5 (Berry & Esseen): near 1 where a single
example makes up the variance, and falling as 1/√N where the errors have three moments. Of squared errors of a normal
distribution it is 0.5 for 10 examples, 0.25 for 100 and 0.09 for 1,000; of those of a t distribution with 3 degrees of
freedom, whose intervals contain the truth in 88 % of the samples however many there are, it stays at 0.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dlcli.diagnosis.measure import Measure
from dlcli.diagnosis.sampled_errors import Array

#: above it, intervals may contain the truth in less than 93 % of the samples
_LARGEST_RATIO = 0.3
_HALF = 0.5


@dataclass(frozen=True)
class Concentration:
    """The largest errors of a split.

    Args:
        num_largest: number of examples that together carry half of the sum or more.
        share: share of the sum that these carry.
        num_examples: number of all examples.
    """

    num_largest: int
    share: float
    num_examples: int


def concentration(measure: Measure, errors: Array) -> Concentration | None:
    """The largest errors where these decide about the sum; None otherwise.

    Args:
        measure: unit of the error; rates and nats have no such examples.
        errors: errors of the examples (N,), or sizes of their differences.
    """
    if measure in (Measure.ERROR_RATE, Measure.NATS_PER_TOKEN) or len(errors) < 2:
        return None
    errors = np.sort(errors)[::-1]
    total = float(errors.sum())
    if not (np.isfinite(total) and total > 0):
        return None
    if not _third_moment_ratio(errors) > _LARGEST_RATIO:
        return None
    shares = np.cumsum(errors) / total
    largest = int(np.searchsorted(shares, _HALF)) + 1
    return Concentration(largest, float(shares[largest - 1]), len(errors))


def _third_moment_ratio(errors: Array) -> float:
    """Σ |e − ē|³ / (Σ (e − ē)²)^1.5; 0 where all errors are equal."""
    deviations = np.abs(errors - errors.mean())
    largest = float(deviations.max())
    if largest == 0:
        return 0.0
    deviations /= largest  # so that no power overflows
    squares = deviations**2
    return float(squares @ deviations) / math.pow(float(squares.sum()), 1.5)
