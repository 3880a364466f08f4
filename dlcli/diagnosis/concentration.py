"""Whether a few examples carry most of a split's error, so that no interval can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.diagnosis.measure import Measure
from dlcli.diagnosis.training_result import SplitOutcome

#: half of the sum in this share of the examples, or less; of squared normal errors, 12 % of the examples carry half
_FEW = 0.03
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


def concentration(measure: Measure, outcome: SplitOutcome) -> Concentration | None:
    """The largest errors of a split where very few examples carry half of the sum; None otherwise.

    Args:
        measure: unit of the error; rates and nats have no such examples.
        outcome: predictions and truth of the split.
    """
    if measure in (Measure.ERROR_RATE, Measure.NATS_PER_TOKEN) or len(outcome.targets) < 2:
        return None
    errors = np.sort(measure.per_example(outcome.predictions, outcome.targets))[::-1]
    total = float(errors.sum())
    if not (np.isfinite(total) and total > 0):
        return None
    shares = np.cumsum(errors) / total
    largest = int(np.searchsorted(shares, _HALF)) + 1
    if largest > max(1, _FEW * len(errors)):
        return None
    return Concentration(largest, float(shares[largest - 1]), len(errors))
