"""Where the examples come from: a registered data set, or files in a registered format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import CoreSchema

from dlcli.spec.component import DEFINED_AS, ComponentSpec, OfKind, check_component
from dlcli.spec.mistake import Mistake, mistaken


@dataclass(frozen=True)
class DatasetOrFormat(OfKind):
    """The pydantic type of `data.dataset`: `digits`, `{name: digits, …}` or `{format: csv, …}`."""

    kind: str = "dataset"

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{DEFINED_AS: "dataset"}, {DEFINED_AS: "format"}]}

    def check(self, value: Any) -> ComponentSpec:
        if isinstance(value, ComponentSpec):
            value = value.plain()
        if not isinstance(value, dict) or "format" not in value:
            return check_component("dataset", value)
        if "name" in value:
            raise mistaken(
                [Mistake(("format",), "a data set has either a name or a format, got both", "conflicting_options")]
            )
        return check_component("format", value, key="format")
