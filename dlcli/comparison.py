"""`<= 5`: what a number must be."""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Comparison:
    """A bound on a number, from above or below.

    Args:
        symbol: one of <=, <, >=, >.
        bound: what the number is compared with; finite.
    """

    symbol: str
    bound: float

    OPERATORS: ClassVar = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}

    @classmethod
    def parse(cls, text: str) -> Comparison:
        """A comparison as it is written, such as `<= 5`.

        Raises:
            ValueError: the text is not a symbol and a finite number.
        """
        written = re.fullmatch(r"\s*(<=|<|>=|>)\s*(\S+)\s*", text)
        if written is None or not math.isfinite(bound := float(written[2])):
            raise ValueError(f"{text!r} is no comparison with a finite number")
        return cls(written[1], bound)

    def holds(self, value: float) -> bool:
        """Whether `value` is within the bound; NaN never is."""
        return bool(self.OPERATORS[self.symbol](value, self.bound))

    def __str__(self) -> str:
        short = f"{self.bound:g}"
        return f"{self.symbol} {short if float(short) == self.bound else repr(self.bound)}"
