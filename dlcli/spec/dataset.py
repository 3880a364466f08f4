"""Where the examples come from: a registered data set, or files in a registered format."""

from __future__ import annotations

from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from dlcli.spec.component import ComponentSpec, check_component
from dlcli.spec.expectations import show
from dlcli.spec.section import Mistake, mistaken


class DatasetOrFormat:
    """The pydantic type of `data.dataset`: `digits`, `{name: digits, …}` or `{format: csv, …}`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"$ref": "#/definitions/dataset"}, {"$ref": "#/definitions/format"}]}


def _check(value: Any) -> ComponentSpec:
    if isinstance(value, ComponentSpec):
        value = value.plain()
    if not isinstance(value, str | dict):
        message = f"expected a data set (its name, {{name: …, options}} or {{format: …, options}}), found {show(value)}"
        raise mistaken([Mistake((), message)])
    if isinstance(value, dict) and "format" in value:
        if "name" in value:
            raise mistaken([Mistake(("format",), "a data set has either a name or a format, found both")])
        return check_component("format", value, key="format")
    return check_component("dataset", value)
