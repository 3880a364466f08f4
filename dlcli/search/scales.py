"""Scales of hyperparameters, on which numbers are uniformly distributed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple


class Scale(NamedTuple):
    """Scale: an increasing function and its inverse.

    Args:
        position: Function from a number to its position on the scale.
        number: Inverse of `position`.
        above: Exclusive lower bound of the domain.
        below: Exclusive upper bound of the domain.
        domain: Description of the domain for messages.
    """

    position: Callable[[float], float]
    number: Callable[[float], float]
    above: float = -math.inf
    below: float = math.inf
    domain: str = "a finite number"


LINEAR = Scale(float, float)
LOGARITHMIC = Scale(math.log, math.exp, above=0, domain="a number greater than 0, as the scale is logarithmic")
#: Moving averages with β = 0.9 and 0.99 span 10 and 100 values, so 1 − β is on a logarithmic scale.
ONE_MINUS_LOGARITHMIC = Scale(
    lambda number: -math.log1p(-number),
    lambda position: -math.expm1(-position),
    above=0,
    below=1,
    domain="a number in (0, 1)",
)
