"""The JSON Schema (draft 7) of a sweep file."""

from __future__ import annotations

from typing import Any

from dlcli.spec import schema_of
from dlcli.sweeps.config.sweep_sections import SweepSections


def sweep_json_schema() -> dict[str, Any]:
    """The schema of a sweep file; its parameters are only checked to be texts or lists."""
    return schema_of(SweepSections, {})
