"""What a parameter can be, and how likely: between unit positions 0 … 1 and values, on the scale that fits.

A search works with normalized coordinates. `value` and `normalize` are inverse to each other, so that half of the way
from 0 to 1 is half of the way on the parameter's own scale, for every parameter.
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
from dlcli.search.scales import LINEAR, LOGARITHMIC, LOGARITHMIC_TO_ONE, Scale

#: up to here every integer has a cell of its own among the floats
LARGEST_INTEGER = 2**40

BelowOne = Annotated[float, Gt(0), Lt(1)]


class Distribution:
    """Base of the distributions."""

    registry_kind: ClassVar[str] = "distribution"

    #: whether positions that are near have values that are near
    is_ordered: ClassVar[bool] = True

    @property
    def cells(self) -> int | None:
        """How many different values there are; None for a continuous one."""
        return None

    def value(self, coordinate: float) -> Any:
        """The value at a position from 0 to 1; the higher the position, the higher the value."""
        raise NotImplementedError

    def normalize(self, value: Any) -> float:
        """The position of a value; of a discrete one the middle of its cell."""
        raise NotImplementedError

    def bounds(self) -> tuple[Any, ...]:
        """The values that are valid only if all are: the lowest and the highest, or every choice."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Numbers(Distribution):
    """Base of those that have the numbers from `low` to `high`, drawn evenly on a scale."""

    scale: ClassVar[Scale] = LINEAR

    low: float
    high: float

    def __post_init__(self) -> None:
        for key, number in (("low", self.low), ("high", self.high)):
            self._check(key, number)
        if self.low > self.high:
            raise ConfigError(f"low comes first; found low {self.low} and high {self.high}", key="low")

    def _check(self, key: str, number: float) -> None:
        if not _is_number(number) or not self.scale.above < number < self.scale.below:
            raise ConfigError(
                f"expected {self.scale.domain}; found {reprlib.repr(number)}", code="out_of_range", key=key
            )

    def bounds(self) -> tuple[Any, ...]:
        return self.value(0.0), self.value(1.0)


@dataclass(frozen=True, kw_only=True)
class Continuous(Numbers):
    """Base of those with every number in between."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self._line[1] < math.inf:
            message = "are the same number" if self.low == self.high else "leave no room to draw from"
            raise ConfigError(f"low {self.low} and high {self.high} {message}", key="high")

    @functools.cached_property
    def _line(self) -> tuple[float, float]:
        """Where they begin on their scale, and how long that part of it is."""
        start = self.scale.position(self.low)
        return start, self.scale.position(self.high) - start

    def value(self, coordinate: float) -> float:
        if coordinate in (0, 1):  # exactly, where exp(log(low)) may be a little off
            return float(self.high if coordinate else self.low)
        start, length = self._line
        return float(min(max(self.scale.number(start + coordinate * length), self.low), self.high))

    def normalize(self, value: Any) -> float:
        start, length = self._line
        return (self.scale.position(min(max(value, self.low), self.high)) - start) / length


@dataclass(frozen=True, kw_only=True)
class Integers(Numbers):
    """Base of those with integers: each has a cell from half below to half above it, also the first and the last."""

    low: int
    high: int

    def _check(self, key: str, number: float) -> None:
        super()._check(key, number)
        if not isinstance(number, int) or abs(number) > LARGEST_INTEGER:
            raise ConfigError(
                f"expected an integer up to {LARGEST_INTEGER}; found {number!r}", code="out_of_range", key=key
            )

    @property
    def cells(self) -> int:
        return self.high - self.low + 1

    @functools.cached_property
    def _line(self) -> tuple[float, float]:
        start = self.scale.position(self.low - 0.5)
        return start, self.scale.position(self.high + 0.5) - start

    def value(self, coordinate: float) -> int:
        start, length = self._line
        return min(max(math.floor(self.scale.number(start + coordinate * length) + 0.5), self.low), self.high)

    def normalize(self, value: Any) -> float:
        start, length = self._line
        value = min(max(value, self.low), self.high)
        middle = (self.scale.position(value - 0.5) + self.scale.position(value + 0.5)) / 2
        return (middle - start) / length


@register("distribution", "uniform")
@dataclass(frozen=True, kw_only=True)
class Uniform(Continuous):
    """Every number is as likely.

    Args:
        low: the smallest.
        high: the largest.
    """


@register("distribution", "log_uniform")
@dataclass(frozen=True, kw_only=True)
class LogUniform(Continuous):
    """Every order of magnitude is as likely, as suits a learning rate.

    Args:
        low: the smallest.
        high: the largest.
    """

    scale = LOGARITHMIC

    low: PositiveFloat
    high: PositiveFloat


@register("distribution", "one_minus_log_uniform")
@dataclass(frozen=True, kw_only=True)
class OneMinusLogUniform(Continuous):
    """Every order of magnitude of the distance to 1 is as likely, as suits the β of an average.

    Args:
        low: the smallest.
        high: the largest, the nearest to 1.
    """

    scale = LOGARITHMIC_TO_ONE

    low: BelowOne
    high: BelowOne


@register("distribution", "int_uniform")
@dataclass(frozen=True, kw_only=True)
class IntUniform(Integers):
    """Every integer is as likely.

    Args:
        low: the smallest.
        high: the largest; it is drawn as well.
    """


@register("distribution", "int_log_uniform")
@dataclass(frozen=True, kw_only=True)
class IntLogUniform(Integers):
    """Integers of which every order of magnitude is as likely, as suits the units of a layer.

    Args:
        low: the smallest.
        high: the largest; it is drawn as well.
    """

    scale = LOGARITHMIC

    low: PositiveInt
    high: PositiveInt


@register("distribution", "choice")
@dataclass(frozen=True, kw_only=True)
class Choice(Distribution):
    """Every value of a list is as likely; nothing is known about their order.

    Args:
        values: what there is to choose from, each once.
    """

    is_ordered = False

    values: list[Any]

    def __post_init__(self) -> None:
        if not self.values:
            raise ConfigError("there is nothing to choose from", key="values")
        for value in self.values:
            if plain(value) != value:  # strict JSON has null for what is not finite
                raise ConfigError(f"expected plain values with finite numbers; found {value!r}", key="values")
        if twice := [value for value in self.values if self._texts.count(dumps(value)) > 1]:
            raise ConfigError(f"{dumps(twice[0])} is there twice", code="duplicate_name", key="values")

    @functools.cached_property
    def _texts(self) -> list[str]:
        """The values as JSON, where true is not 1."""
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
    """Whether it is a number that a float can be."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
