"""Student's quantile, without the second that importing SciPy's special functions takes."""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

from dlcli.diagnosis.beta import incomplete_beta

#: beyond this many degrees of freedom the distribution is normal to six digits
_NORMAL_FROM = 1e7
_HALVINGS = 300


@functools.lru_cache(maxsize=256)
def student_quantile(freedom: float, level: float) -> float:
    """How many standard errors the interval of `level` reaches to either side.

    Args:
        freedom: degrees of freedom, above 0.
        level: confidence level, such as 0.95.
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
