"""The axis of a hyperparameter: places are units of its own scale, labels are its values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlcli.search import Distribution
from dlcli.sweeps.report.wording import value_text

#: a discrete parameter with at most so many values has all of them labeled
_FEW = 8
_ROUNDING = 1e-9
#: what a round number begins with, the roundest first
_ROUND = ((1,), (3,), (2, 5), (4, 6, 7, 8, 9), (1.5, 2.5))


@dataclass(frozen=True)
class Tick:
    """A labeled place.

    Args:
        coordinate: from 0 to 1.
        text: the value there.
    """

    coordinate: float
    text: str


def ticks(distribution: Distribution, *, apart: float = 0.14) -> list[Tick]:
    """Every value where they are few, else both ends and round values between them.

    Args:
        distribution: of the parameter.
        apart: how far labels are from each other at least, in units, unless all values are shown.
    """
    if not distribution.is_ordered:
        return [Tick(distribution.normalize(value), value_text(value)) for value in distribution.bounds()]
    low, high = distribution.bounds()
    if distribution.cells is not None and distribution.cells <= _FEW and _is_linear(distribution):
        return [Tick(distribution.normalize(value), value_text(value)) for value in range(low, high + 1)]
    chosen = {distribution.normalize(low): low, distribution.normalize(high): high}
    for equally_round in _round_values(distribution, low, high):
        for value in equally_round:
            coordinate = distribution.normalize(value)
            if all(abs(coordinate - other) >= apart - _ROUNDING for other in chosen):
                chosen[coordinate] = value
    return [Tick(coordinate, value_text(value)) for coordinate, value in sorted(chosen.items())]


def _round_values(distribution: Distribution, low: float, high: float) -> Iterator[Sequence[float]]:
    """Values between the ends, groups of equally round ones, the roundest first."""
    if low == high:
        return
    whole = distribution.cells is not None
    if _is_linear(distribution):
        yield _multiples(low, high, whole=whole)
        return
    if whole and _is_power_of_two(low) and _is_power_of_two(high):
        yield [2**power for power in range(round(math.log2(low)) + 1, round(math.log2(high)))]
        return
    for digits in _ROUND:
        if _bend(distribution) > 0:  # the scale is stretched at its lower end, as a logarithmic one is
            values = _with_first_digits(digits, low, high)
        else:  # … or near 1
            values = [round(1 - rest, 12) for rest in _with_first_digits(digits, 1 - high, 1 - low)]
        yield [int(value) if whole else value for value in values if not whole or value == int(value)]


def _bend(distribution: Distribution) -> float:
    """How far beyond the middle the mean of both ends lies: 0 on a linear scale, more on a logarithmic one."""
    low, high = distribution.bounds()
    return distribution.normalize((low + high) / 2) - 0.5


def _is_linear(distribution: Distribution) -> bool:
    return abs(_bend(distribution)) < 0.01


def _multiples(low: float, high: float, *, whole: bool) -> list[float]:
    """Multiples of a round step, about four on the way."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    steps = [digit * power for digit in (1, 2, 5, 10) if not whole or digit * power >= 1]
    step = min(steps, key=lambda one: abs(math.log(one / rough)))
    first, last = math.floor(low / step) + 1, math.ceil(high / step)
    values = [round(number * step, 12) for number in range(first, last)]
    return [int(value) for value in values] if whole else values


def _with_first_digits(digits: Sequence[float], low: float, high: float) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = sorted(float(f"{digit}e{power}") for digit in digits for power in powers)
    return [value for value in values if low < value < high]


def _is_power_of_two(value: float) -> bool:
    return value >= 1 and value == int(value) and int(value).bit_count() == 1
