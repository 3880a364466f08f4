"""Texts that must be spelled in a certain way, such as names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spelling:
    """Marks such a text: `Annotated[str, Spelling(check, pattern)]`. Pydantic understands it.

    Args:
        check: raises a ValueError that says what is wrong with a text.
        pattern: regular expression of the texts that it accepts, for editors.
    """

    check: Callable[[str], None]
    pattern: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self.pattern}$"}

    def _checked(self, text: str) -> str:
        self.check(text)
        return text
