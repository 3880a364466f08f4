"""How values of a metric are written: one rule for every report, table, terminal line and figure."""

from __future__ import annotations

import math
from enum import Enum

from dlcli.core import formatting

#: Text of an interval about which the examples say nothing.
NOT_KNOWN = "not known"
#: Significant digits of a difference: it is known less well than what it is a difference of.
_DIGITS_OF_DIFFERENCES = 3
#: Percentage points smaller than this many decimals show are rounding errors.
_MOST_DECIMALS = 4


class Unit(Enum):
    """The unit of a metric; its value is the symbol that follows a number.

    A metric in the unit of the target, in nats or in bits is a plain number: its name says what it counts.
    """

    SHARE = "%"
    NUMBER = ""
    MILLISECONDS = "ms"

    def text(self, value: float | None) -> str:
        """A value: `97.22 %`, `1234`, `0.42 ms`; a dash for None.

        A share has as many decimals as its complement, so that an accuracy and its error agree.
        """
        if value is None or not math.isfinite(value):
            return formatting.number(value)
        if self is Unit.SHARE:
            return f"{formatting.percent(value, _decimals(value))} %"
        return self._with_symbol(formatting.number(value))

    def tick(self, value: float) -> str:
        """A value at an axis, without the zeros that end its decimals: `7.5 %`, `10 %`."""
        if self is not Unit.SHARE or not math.isfinite(value):
            return self.text(value)
        number = formatting.number(100 * value)
        return f"{formatting.percent(value) if number in ('0', '100') else number} %"

    def interval(self, low: float, high: float) -> str:
        """The two ends of an interval of a value: `1.97 … 3.90 %`. A share is never outside of 0 and 1."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return NOT_KNOWN
        if self is not Unit.SHARE:
            return self._with_symbol(f"{formatting.number(low)} … {formatting.number(high)}")
        low, high = max(0.0, low), min(1.0, high)
        decimals = min(_decimals(low), _decimals(high))
        return formatting.percent_interval(low, high, decimals)

    def difference(self, value: float) -> str:
        """A difference of two values with its sign: `−0.41 points`, `+5.5`."""
        return self._in_points(formatting.signed(self._amount(value, _decimals(value))))

    def difference_interval(self, low: float, high: float) -> str:
        """The two ends of an interval of a difference, with their signs: `−0.10 … +2.10`."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return NOT_KNOWN
        decimals = min(_decimals(low), _decimals(high))
        return " … ".join(formatting.signed(self._amount(value, decimals)) for value in (low, high))

    def size(self, value: float) -> str:
        """The size of a difference, or a spread, without a sign: `0.41 points`, `5.5`."""
        return self._in_points(self._amount(abs(value), _decimals(value)))

    def _amount(self, difference: float, decimals: int) -> str:
        if self is not Unit.SHARE or not math.isfinite(difference):
            return formatting.number(difference, _DIGITS_OF_DIFFERENCES)
        points = round(100 * difference, _MOST_DECIMALS)
        text = f"{points:.{decimals}f}"
        return text if float(text) or not points else formatting.number(points, 1)

    def _in_points(self, text: str) -> str:
        return f"{text} points" if self is Unit.SHARE else self._with_symbol(text)

    def _with_symbol(self, text: str) -> str:
        return f"{text} {self.value}" if self.value else text


def _decimals(share: float) -> int:
    """How many decimals a percentage deserves: two where the share or its complement is below a tenth."""
    return 2 if min(abs(share), abs(1 - share)) < 0.1 else 1
