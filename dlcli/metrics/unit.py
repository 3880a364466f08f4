"""Units of metrics: how values are formatted in every report, table, terminal line and figure."""

from __future__ import annotations

import math
from enum import Enum

from dlcli.core import formatting

#: Text of an interval without finite bounds.
NOT_KNOWN = "not known"
#: Significant digits of a difference, which is less precise than the two values.
_DIGITS_OF_DIFFERENCES = 3
#: Number of decimals of percentage points beyond which a difference is a rounding error.
_MOST_DECIMALS = 4


class Unit(Enum):
    """Unit of a metric; the enum's value is the symbol after a number.

    A metric in the unit of the targets, in nats or in bits is a plain number: its name states the unit.
    """

    SHARE = "%"
    NUMBER = ""
    MILLISECONDS = "ms"

    def text(self, value: float | None) -> str:
        """Format a value: `97.22 %`, `1234`, `0.42 ms`; a dash for None.

        A share gets as many decimals as its complement, so that an accuracy and its error add up to 100 %.
        """
        if value is None or not math.isfinite(value):
            return formatting.number(value)
        if self is Unit.SHARE:
            return f"{formatting.percent(value, _decimals(value))} %"
        return self._with_symbol(formatting.number(value))

    def tick(self, value: float) -> str:
        """Format a value at an axis, without trailing zeros: `7.5 %`, `10 %`."""
        if self is not Unit.SHARE or not math.isfinite(value):
            return self.text(value)
        number = formatting.number(100 * value)
        return f"{formatting.percent(value) if number in ('0', '100') else number} %"

    def interval(self, low: float, high: float) -> str:
        """Format the two bounds of an interval of a value: `1.97 … 3.90 %`; bounds of a share are clipped to [0, 1]."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return NOT_KNOWN
        if self is not Unit.SHARE:
            return self._with_symbol(f"{formatting.number(low)} … {formatting.number(high)}")
        low, high = max(0.0, low), min(1.0, high)
        decimals = min(_decimals(low), _decimals(high))
        return formatting.percent_interval(low, high, decimals)

    def difference(self, value: float) -> str:
        """Format a difference of two values with its sign: `−0.41 points`, `+5.5`."""
        return self._in_points(formatting.signed(self._amount(value, _decimals(value))))

    def difference_interval(self, low: float, high: float) -> str:
        """Format the two bounds of an interval of a difference, with their signs: `−0.10 … +2.10`."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return NOT_KNOWN
        decimals = min(_decimals(low), _decimals(high))
        return " … ".join(formatting.signed(self._amount(value, decimals)) for value in (low, high))

    def size(self, value: float) -> str:
        """Format the magnitude of a difference, or a standard deviation, without a sign: `0.41 points`, `5.5`."""
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
    """Return the number of decimals of a percentage: two if the share or its complement is below a tenth, else one."""
    return 2 if min(abs(share), abs(1 - share)) < 0.1 else 1
