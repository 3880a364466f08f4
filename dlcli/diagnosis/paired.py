"""Interval of the difference of two error rates on the same examples."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

from dlcli.diagnosis.clustered import bonett_price
from dlcli.diagnosis.intervals import Interval


def paired_rate_interval(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any], *, level: float = 0.95) -> Interval:
    """Compute the adjusted Wald interval of the error rate of `first` minus that of `second`.

    Let b of n examples be wrong for the first model only, and c for the second model only. The rates (b + 1) / (n + 2)
    and (c + 1) / (n + 2) replace b/n and c/n (Bonett & Price 2012), which keeps the confidence level even if few
    examples differ.

    Args:
        first: Errors of the first model (N,): 1 if wrong, 0 if right.
        second: Errors of the second model (N,), in the same order.
        level: Confidence level.
    """
    differences = np.asarray(first, dtype=np.float64) - second
    low, high = bonett_price(
        float(np.mean(differences > 0)),
        float(np.mean(differences < 0)),
        len(differences),
        NormalDist().inv_cdf(0.5 + level / 2),
    )
    return Interval(float(differences.mean()), low, high, level, "paired, Bonett-Price")
