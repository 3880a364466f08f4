"""Strings with a required spelling, such as names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spelling:
    """Mark of a string with a required spelling, for Pydantic: `Annotated[str, Spelling(check, pattern)]`.

    Args:
        check: Function that raises a ValueError for a wrong string.
        pattern: Regular expression of the accepted strings, for editors.
    """

    check: Callable[[str], None]
    pattern: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self._validate, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self.pattern}$"}

    def _validate(self, text: str) -> str:
        self.check(text)
        return text
