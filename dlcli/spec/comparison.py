"""A constraint such as `<= 5`, as `evaluation.satisfice` takes it."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from dlcli.comparison import Comparison
from dlcli.spec.expectations import show


class _Written:
    """The pydantic type of a comparison: a text."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(check_comparison)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\s*(<=|>=|<|>)\s*\S+\s*$"}


WrittenComparison: TypeAlias = Annotated[Comparison, _Written()]


def check_comparison(value: Any) -> Comparison:
    """`"<= 5"` as a comparison.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(value, Comparison):
        return value
    try:
        if isinstance(value, str):
            return Comparison.parse(value)
    except ValueError:
        pass
    raise ValueError(f'expected a comparison such as "<= 5", found {show(value)}')
