"""Display of values in messages."""

from __future__ import annotations

import math
from typing import Any


def show(value: Any) -> str:
    """Return a value as it is written in YAML, short enough for a message."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, list):
        text = f"[{', '.join('…' if isinstance(item, list | dict) else show(item) for item in value[:20])}]"
        return ("a list" if len(text) > 40 else text) if value else "an empty list"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:50]}…{text[-1]}"
