"""Quantiles of Student's t distribution; importing SciPy's would take a second."""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

from dlcli.diagnosis.beta import incomplete_beta

#: Degrees of freedom above which the distribution is normal to six digits.
_NORMAL_FROM = 1e7
_HALVINGS = 300


@functools.lru_cache(maxsize=256)
def student_quantile(freedom: float, level: float) -> float:
    """Compute the half width of the interval of `level` in standard errors.

    Args:
        freedom: Degrees of freedom, above 0.
        level: Confidence level, such as 0.95.
    """
    if freedom > _NORMAL_FROM:
        return NormalDist().inv_cdf(0.5 + level / 2)
    low, high = 0.0, 1.0  # x = freedom / (freedom + t²) for which P(|T| > t) = I_x(freedom / 2, 1/2) = 1 − level
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if incomplete_beta(middle, freedom / 2, 0.5) < 1 - level:
            low = middle
        else:
            high = middle
    return math.sqrt(freedom * (1 - high) / high)
