"""Pydantic type of the source of the examples: a registered data set, or files in a registered format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import CoreSchema

from dlcli.spec.component import DEFINED_AS, ComponentField, ComponentSpec, check_component
from dlcli.spec.mistake import Mistake, validation_error


@dataclass(frozen=True)
class DatasetField(ComponentField):
    """Pydantic type of `data.dataset`: `digits`, `{name: digits, …}` or `{format: csv, …}`."""

    kind: str = "dataset"

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{DEFINED_AS: "dataset"}, {DEFINED_AS: "format"}]}

    def check(self, value: Any) -> ComponentSpec:
        if isinstance(value, ComponentSpec):
            value = value.plain()
        if not isinstance(value, dict) or "format" not in value:
            return check_component("dataset", value)
        if "name" in value:
            raise validation_error(
                [Mistake(("format",), "expected either name or format, got both", "conflicting_options")]
            )
        return check_component("format", value, key="format")
