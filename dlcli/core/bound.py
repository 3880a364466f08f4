"""Bounds on numbers, such as `<= 5`."""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Bound:
    """An upper or lower bound on a number.

    Args:
        symbol: Comparison, one of <=, <, >= and >.
        limit: Finite number to compare with.
    """

    symbol: str
    limit: float

    OPERATORS: ClassVar = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}

    @classmethod
    def parse(cls, text: str) -> Bound:
        """Parse a bound such as `<= 5`.

        Raises:
            ValueError: The text is not a symbol followed by a finite number.
        """
        match = re.fullmatch(r"\s*(<=|<|>=|>)\s*(\S+)\s*", text)
        if match is None or not math.isfinite(limit := float(match[2])):
            raise ValueError(f"{text!r} is not a comparison with a finite number")
        return cls(match[1], limit)

    def holds(self, value: float) -> bool:
        """Return whether `value` is within the bound; NaN never is."""
        return bool(self.OPERATORS[self.symbol](value, self.limit))

    def __str__(self) -> str:
        short = f"{self.limit:g}"
        return f"{self.symbol} {short if float(short) == self.limit else repr(self.limit)}"
