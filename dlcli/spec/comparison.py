"""A constraint such as `<= 5`, as `evaluation.satisfice` takes it."""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from dlcli.spec.expectations import show
from dlcli.spec.scalars import plain_scalar


@dataclass(frozen=True)
class Comparison:
    """What a satisficing metric must be: at most, at least, below or above a bound."""

    symbol: str
    bound: float

    #: the symbols a user may write, with what they mean
    OPERATORS: ClassVar = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}

    @classmethod
    def parse(cls, text: Any) -> Comparison:
        """`"<= 5"` as a comparison.

        Raises:
            ValueError: the text is something else.
        """
        if isinstance(text, Comparison):
            return text
        found = re.fullmatch(r"(<=|>=|<|>)\s*(\S+)", text.strip()) if isinstance(text, str) else None
        bound = plain_scalar(found.group(2)) if found else None
        if found is None or isinstance(bound, bool) or not isinstance(bound, int | float) or not math.isfinite(bound):
            raise ValueError(f'expected a comparison such as "<= 5", found {show(text)}')
        return cls(found.group(1), float(bound))

    def holds(self, value: float) -> bool:
        """Whether `value` meets the constraint."""
        return bool(self.OPERATORS[self.symbol](value, self.bound))

    def plain(self) -> str:
        return (
            f"{self.symbol} {self.bound:g}"
            if float(f"{self.bound:g}") == self.bound
            else f"{self.symbol} {self.bound!r}"
        )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\s*(<=|>=|<|>)\s*\S+\s*$"}
