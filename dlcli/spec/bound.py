"""Pydantic type of a constraint such as `<= 5` in `evaluation.satisfice`."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from dlcli.core import Bound, show


class _BoundSchema:
    """Mark of a bound that is written as a string."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(check_bound)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\s*(<=|>=|<|>)\s*\S+\s*$"}


BoundField: TypeAlias = Annotated[Bound, _BoundSchema()]


def check_bound(value: Any) -> Bound:
    """Parse a bound such as `"<= 5"`.

    Raises:
        ValueError: The value is not a bound.
    """
    if isinstance(value, Bound):
        return value
    try:
        if isinstance(value, str):
            return Bound.parse(value)
    except ValueError:
        pass
    raise ValueError(f'expected a comparison such as "<= 5", got {show(value)}')
