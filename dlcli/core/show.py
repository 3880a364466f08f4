"""Values in messages."""

from __future__ import annotations

import math
from typing import Any


def show(value: Any) -> str:
    """A value the way it is written in YAML, short enough for a message."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, list):
        written = f"[{', '.join('…' if isinstance(item, list | dict) else show(item) for item in value[:20])}]"
        return ("a list" if len(written) > 40 else written) if value else "an empty list"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:50]}…{text[-1]}"
