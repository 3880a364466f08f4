"""Distributions of parameters: maps between normalized coordinates in [0, 1] and values, on a suitable scale.

Searches work with normalized coordinates. `value` and `normalize` are inverse to each other, so the coordinate 0.5 is
the middle of the range on the parameter's own scale (linear or logarithmic).
"""

from __future__ import annotations

import copy
import functools
import math
import reprlib
import sys
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from annotated_types import Gt, Lt

from dlcli.core import ConfigError, PositiveFloat, PositiveInt, dumps, plain, register
from dlcli.search.scales import LINEAR, LOGARITHMIC, ONE_MINUS_LOGARITHMIC, Scale

#: Largest integer for which the cells of adjacent integers stay distinct in floating point.
LARGEST_INTEGER = 2**40

BelowOne = Annotated[float, Gt(0), Lt(1)]


class Distribution:
    """Base class of distributions."""

    registry_kind: ClassVar[str] = "distribution"

    #: Whether values with adjacent coordinates are similar.
    is_ordered: ClassVar[bool] = True

    @property
    def cells(self) -> int | None:
        """Number of distinct values; None for a continuous distribution."""
        return None

    def value(self, coordinate: float) -> Any:
        """Return the value at a normalized coordinate; it does not decrease with the coordinate."""
        raise NotImplementedError

    def normalize(self, value: Any) -> float:
        """Return the normalized coordinate of a value; for a discrete one, the middle of its cell."""
        raise NotImplementedError

    def bounds(self) -> tuple[Any, ...]:
        """Return the lowest and the highest value, or all choices; if a config accepts these, it accepts all values."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class NumericDistribution(Distribution):
    """Base class of distributions of numbers from `low` to `high`, uniform on a scale."""

    scale: ClassVar[Scale] = LINEAR

    low: float
    high: float

    def __post_init__(self) -> None:
        for key, number in (("low", self.low), ("high", self.high)):
            self._check(key, number)
        if self.low > self.high:
            message = f"expected low <= high, got low {self.low} and high {self.high}"
            raise ConfigError(message, code="out_of_range", key="low")

    def _check(self, key: str, number: float) -> None:
        if not _is_number(number) or not self.scale.above < number < self.scale.below:
            raise ConfigError(f"expected {self.scale.domain}, got {reprlib.repr(number)}", code="out_of_range", key=key)

    def bounds(self) -> tuple[Any, ...]:
        return self.value(0.0), self.value(1.0)


@dataclass(frozen=True, kw_only=True)
class ContinuousDistribution(NumericDistribution):
    """Base class of distributions of real numbers."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self._interval[1] < math.inf:
            problem = "are equal" if self.low == self.high else "are too close together or too far apart to sample"
            message = f"low {self.low} and high {self.high} {problem}"
            raise ConfigError(message, code="out_of_range", key="high")

    @functools.cached_property
    def _interval(self) -> tuple[float, float]:
        """Start and length of the range on its scale."""
        start = self.scale.position(self.low)
        return start, self.scale.position(self.high) - start

    def value(self, coordinate: float) -> float:
        if coordinate in (0, 1):  # exact bounds: exp(log(low)) may differ from low in the last digit
            return float(self.high if coordinate else self.low)
        start, length = self._interval
        return float(min(max(self.scale.number(start + coordinate * length), self.low), self.high))

    def normalize(self, value: Any) -> float:
        start, length = self._interval
        return (self.scale.position(min(max(value, self.low), self.high)) - start) / length


@dataclass(frozen=True, kw_only=True)
class IntegerDistribution(NumericDistribution):
    """Base class of distributions of integers; the cell of each integer n, also the bounds, is [n − 0.5, n + 0.5)."""

    low: int
    high: int

    def _check(self, key: str, number: float) -> None:
        super()._check(key, number)
        if not isinstance(number, int) or abs(number) > LARGEST_INTEGER:
            message = f"expected an integer of magnitude at most {LARGEST_INTEGER}, got {number!r}"
            raise ConfigError(message, code="out_of_range", key=key)

    @property
    def cells(self) -> int:
        return self.high - self.low + 1

    @functools.cached_property
    def _interval(self) -> tuple[float, float]:
        """Start and length of the cells on their scale."""
        start = self.scale.position(self.low - 0.5)
        return start, self.scale.position(self.high + 0.5) - start

    def value(self, coordinate: float) -> int:
        start, length = self._interval
        return min(max(math.floor(self.scale.number(start + coordinate * length) + 0.5), self.low), self.high)

    def normalize(self, value: Any) -> float:
        start, length = self._interval
        value = min(max(value, self.low), self.high)
        middle = (self.scale.position(value - 0.5) + self.scale.position(value + 0.5)) / 2
        return (middle - start) / length


@register("distribution", "uniform")
@dataclass(frozen=True, kw_only=True)
class Uniform(ContinuousDistribution):
    """Uniform distribution of real numbers.

    Args:
        low: Smallest value.
        high: Largest value.
    """


@register("distribution", "log_uniform")
@dataclass(frozen=True, kw_only=True)
class LogUniform(ContinuousDistribution):
    """Log-uniform distribution: every order of magnitude is equally likely, as suits a learning rate.

    Args:
        low: Smallest value.
        high: Largest value.
    """

    scale = LOGARITHMIC

    low: PositiveFloat
    high: PositiveFloat


@register("distribution", "one_minus_log_uniform")
@dataclass(frozen=True, kw_only=True)
class OneMinusLogUniform(ContinuousDistribution):
    """Distribution whose distance to 1 is log-uniform, as suits the decay β of a moving average.

    Args:
        low: Smallest value.
        high: Largest value, which is closest to 1.
    """

    scale = ONE_MINUS_LOGARITHMIC

    low: BelowOne
    high: BelowOne


@register("distribution", "int_uniform")
@dataclass(frozen=True, kw_only=True)
class IntUniform(IntegerDistribution):
    """Uniform distribution of integers.

    Args:
        low: Smallest value.
        high: Largest value (inclusive).
    """


@register("distribution", "int_log_uniform")
@dataclass(frozen=True, kw_only=True)
class IntLogUniform(IntegerDistribution):
    """Log-uniform distribution of integers, as suits the number of units of a layer.

    Args:
        low: Smallest value.
        high: Largest value (inclusive).
    """

    scale = LOGARITHMIC

    low: PositiveInt
    high: PositiveInt


@register("distribution", "choice")
@dataclass(frozen=True, kw_only=True)
class Choice(Distribution):
    """Uniform choice among the values of an unordered list.

    Args:
        values: Distinct values to choose from.
    """

    is_ordered = False

    values: list[Any]

    def __post_init__(self) -> None:
        if not self.values:
            raise ConfigError("expected at least one value to choose from", key="values")
        for value in self.values:
            if plain(value) != value:  # strict JSON writes non-finite numbers as null
                raise ConfigError(f"expected plain values with finite numbers, got {value!r}", key="values")
        if duplicates := [value for value in self.values if self._texts.count(dumps(value)) > 1]:
            message = f"expected distinct values, got {dumps(duplicates[0])} more than once"
            raise ConfigError(message, code="duplicate_name", key="values")

    @functools.cached_property
    def _texts(self) -> list[str]:
        """Values as JSON, in which `true` differs from `1`."""
        return [dumps(value) for value in self.values]

    @property
    def cells(self) -> int:
        return len(self.values)

    def value(self, coordinate: float) -> Any:
        return copy.deepcopy(self.values[min(int(coordinate * len(self.values)), len(self.values) - 1)])

    def normalize(self, value: Any) -> float:
        return (self._texts.index(dumps(value)) + 0.5) / len(self.values)

    def bounds(self) -> tuple[Any, ...]:
        return tuple(copy.deepcopy(self.values))


def _is_number(value: Any) -> bool:
    """Return whether a value is a number in the range of floats."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
