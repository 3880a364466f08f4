"""The interval of the difference of two error rates that were measured on the same examples."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

from dlcli.diagnosis.intervals import Interval


def paired_rate_interval(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any], *, level: float = 0.95) -> Interval:
    """The error rate of `first` minus that of `second`, by the adjusted Wald interval.

    With b examples that only the first gets wrong and c that only the second does, of n: the rates (b + 1) / (n + 2)
    and (c + 1) / (n + 2) take the place of b/n and c/n (Bonett & Price 2012), which keeps the interval's level
    also when few examples differ.

    Args:
        first: 1 where the first model is wrong, 0 where it is right (N,).
        second: the same of the second model, in the same order.
        level: confidence level.
    """
    num_examples = len(first)
    differences = np.asarray(first, dtype=np.float64) - second
    only_first = (int(np.count_nonzero(differences > 0)) + 1) / (num_examples + 2)
    only_second = (int(np.count_nonzero(differences < 0)) + 1) / (num_examples + 2)
    center = only_first - only_second
    variance = (only_first + only_second - center**2) / (num_examples + 2)
    margin = NormalDist().inv_cdf(0.5 + level / 2) * math.sqrt(variance)
    return Interval(
        float(differences.mean()), max(-1.0, center - margin), min(1.0, center + margin), level, "paired, Bonett-Price"
    )
