"""The interval of the difference of two error rates that were measured on the same examples."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

from dlcli.diagnosis.clustered import bonett_price
from dlcli.diagnosis.intervals import Interval


def paired_rate_interval(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any], *, level: float = 0.95) -> Interval:
    """The error rate of `first` minus that of `second`, by the adjusted Wald interval.

    With b examples that only the first gets wrong and c that only the second does, of n: the rates (b + 1) / (n + 2)
    and (c + 1) / (n + 2) replace b/n and c/n (Bonett & Price 2012), which keeps the interval's level also when few
    examples differ.

    Args:
        first: 1 where the first model is wrong, 0 where it is right (N,).
        second: the same of the second model, in the same order.
        level: confidence level.
    """
    differences = np.asarray(first, dtype=np.float64) - second
    low, high = bonett_price(
        float(np.mean(differences > 0)),
        float(np.mean(differences < 0)),
        len(differences),
        NormalDist().inv_cdf(0.5 + level / 2),
    )
    return Interval(float(differences.mean()), low, high, level, "paired, Bonett-Price")
