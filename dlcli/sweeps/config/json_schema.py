"""JSON Schema (draft 7) of sweep files."""

from __future__ import annotations

from typing import Any

from dlcli.spec import schema_of
from dlcli.sweeps.config.sweep_sections import SweepSections


def sweep_json_schema() -> dict[str, Any]:
    """Return the schema of a sweep file, which checks only the types of parameters, not their notation."""
    return schema_of(SweepSections, {})
