"""Axis of a hyperparameter in normalized coordinates, labeled with its values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlcli.search import Distribution
from dlcli.sweeps.report.wording import value_text

#: Maximum number of values of a discrete parameter that are all labeled.
_MAX_LABELED = 8
_ROUNDING = 1e-9
#: First digits of round numbers, the roundest first.
_ROUND = ((1,), (3,), (2, 5), (4, 6, 7, 8, 9), (1.5, 2.5))


@dataclass(frozen=True)
class Tick:
    """Labeled position.

    Args:
        coordinate: Normalized coordinate.
        text: Label, the value at the coordinate.
    """

    coordinate: float
    text: str


def ticks(distribution: Distribution, *, apart: float = 0.14) -> list[Tick]:
    """Return all values if there are few, otherwise both bounds and round values between them.

    Args:
        distribution: Distribution of the parameter.
        apart: Minimum distance of labels in normalized coordinates, unless all values are labeled.
    """
    if not distribution.is_ordered:
        return [Tick(distribution.normalize(value), value_text(value)) for value in distribution.bounds()]
    low, high = distribution.bounds()
    if distribution.cells is not None and distribution.cells <= _MAX_LABELED and _is_linear(distribution):
        return [Tick(distribution.normalize(value), value_text(value)) for value in range(low, high + 1)]
    labeled = {distribution.normalize(low): low, distribution.normalize(high): high}
    for equally_round in _round_values(distribution, low, high):
        for value in equally_round:
            coordinate = distribution.normalize(value)
            if all(abs(coordinate - other) >= apart - _ROUNDING for other in labeled):
                labeled[coordinate] = value
    return [Tick(coordinate, value_text(value)) for coordinate, value in sorted(labeled.items())]


def _round_values(distribution: Distribution, low: float, high: float) -> Iterator[Sequence[float]]:
    """Yield groups of equally round values between the bounds, the roundest first."""
    if low == high:
        return
    is_integer = distribution.cells is not None
    if _is_linear(distribution):
        yield _multiples(low, high, is_integer=is_integer)
        return
    if is_integer and _is_power_of_two(low) and _is_power_of_two(high):
        yield [2**power for power in range(round(math.log2(low)) + 1, round(math.log2(high)))]
        return
    for digits in _ROUND:
        if _curvature(distribution) > 0:  # logarithmic
            values = _with_first_digits(digits, low, high)
        else:  # logarithmic in the distance to 1
            values = [round(1 - rest, 12) for rest in _with_first_digits(digits, 1 - high, 1 - low)]
        yield [int(value) if is_integer else value for value in values if not is_integer or value == int(value)]


def _curvature(distribution: Distribution) -> float:
    """Return the coordinate of the mean of both bounds minus 1/2: 0 on a linear, positive on a logarithmic scale."""
    low, high = distribution.bounds()
    return distribution.normalize((low + high) / 2) - 0.5


def _is_linear(distribution: Distribution) -> bool:
    return abs(_curvature(distribution)) < 0.01


def _multiples(low: float, high: float, *, is_integer: bool) -> list[float]:
    """Return about four multiples of a round step between the bounds."""
    approximate_step = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(approximate_step))
    steps = [digit * power for digit in (1, 2, 5, 10) if not is_integer or digit * power >= 1]
    step = min(steps, key=lambda one: abs(math.log(one / approximate_step)))
    first, last = math.floor(low / step) + 1, math.ceil(high / step)
    values = [round(number * step, 12) for number in range(first, last)]
    return [int(value) for value in values] if is_integer else values


def _with_first_digits(digits: Sequence[float], low: float, high: float) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = sorted(float(f"{digit}e{power}") for digit in digits for power in powers)
    return [value for value in values if low < value < high]


def _is_power_of_two(value: float) -> bool:
    return value >= 1 and value == int(value) and int(value).bit_count() == 1
