"""JSON that every parser accepts: non-finite numbers become null, NumPy scalars and arrays become plain values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

#: Python's representation of a byte in a file name that is not UTF-8; it cannot be encoded, but escaped in JSON.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
#: Maximum depth of nested lists and objects; a deeper text is damaged or an attack on the parser.
MAX_DEPTH = 100


def plain(value: Any) -> Any:
    """Convert a value to dict, list, str, int, bool, finite float and None.

    Raises:
        TypeError: The value has no JSON representation.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, PurePath):
        return str(value)
    if hasattr(value, "tolist"):  # NumPy scalars and arrays, without importing NumPy
        return plain(value.tolist())
    raise TypeError(f"{type(value).__name__} has no JSON representation")


def dumps(value: Any, *, indent: int | None = None, encoding: str = "utf-8") -> str:
    """Return a value as strict JSON text; characters that the encoding lacks are escaped.

    Args:
        value: Value with a JSON representation.
        indent: Number of spaces per level; None for a single line.
        encoding: Character encoding of the file or terminal.
    """
    text = json.dumps(plain(value), indent=indent, ensure_ascii=not is_unicode(encoding), allow_nan=False)
    return text if text.isascii() else _LONE_SURROGATE.sub(_escape, text)


def is_unicode(encoding: str) -> bool:
    """Return whether an encoding has all characters of Unicode."""
    return encoding.lower().replace("-", "").replace("_", "").startswith("utf")


def _escape(surrogate: re.Match[str]) -> str:
    return f"\\u{ord(surrogate[0]):04x}"


def loads(text: str | bytes) -> Any:
    """Parse JSON text, and reject text that would crash the parser.

    Raises:
        ValueError: The text is not JSON, not UTF-8, or nested more than `MAX_DEPTH` levels deep.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        value, shallow = None, False
    else:
        shallow = _is_shallow(value)
    if not shallow:
        raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
    return value


def _is_shallow(value: Any) -> bool:
    """Return whether lists and objects are nested at most `MAX_DEPTH` levels deep."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        nested = [item for item in level if isinstance(item, dict | list)]
        if not nested:
            return True
        level = [child for item in nested for child in (item.values() if isinstance(item, dict) else item)]
    return False
