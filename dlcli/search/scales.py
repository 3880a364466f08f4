"""The scales of hyperparameters: lines on which numbers are drawn evenly."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple


class Scale(NamedTuple):
    """A line of numbers: a rising function and its inverse.

    Args:
        position: of a number on the line.
        number: at a position.
        above: the numbers that have a position are above this.
        below: and below this.
        domain: these numbers in words.
    """

    position: Callable[[float], float]
    number: Callable[[float], float]
    above: float = -math.inf
    below: float = math.inf
    domain: str = "a finite number"


LINEAR = Scale(float, float)
LOGARITHMIC = Scale(math.log, math.exp, above=0, domain="a number greater than 0, which has a logarithm")
#: β = 0.9 and 0.99 average over 10 and 100 values: it is 1 − β that has the logarithmic scale
LOGARITHMIC_TO_ONE = Scale(
    lambda number: -math.log1p(-number),
    lambda position: -math.expm1(-position),
    above=0,
    below=1,
    domain="a number between 0 and 1, both left out",
)
