"""`<= 5`: what a number must be."""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Bound:
    """A bound on a number, from above or below.

    Args:
        symbol: one of <=, <, >=, >.
        limit: what the number is compared with; finite.
    """

    symbol: str
    limit: float

    OPERATORS: ClassVar = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}

    @classmethod
    def parse(cls, text: str) -> Bound:
        """A bound as it is written, such as `<= 5`.

        Raises:
            ValueError: the text is not a symbol and a finite number.
        """
        written = re.fullmatch(r"\s*(<=|<|>=|>)\s*(\S+)\s*", text)
        if written is None or not math.isfinite(limit := float(written[2])):
            raise ValueError(f"{text!r} is no comparison with a finite number")
        return cls(written[1], limit)

    def holds(self, value: float) -> bool:
        """Whether `value` is within the bound; NaN never is."""
        return bool(self.OPERATORS[self.symbol](value, self.limit))

    def __str__(self) -> str:
        short = f"{self.limit:g}"
        return f"{self.symbol} {short if float(short) == self.limit else repr(self.limit)}"
