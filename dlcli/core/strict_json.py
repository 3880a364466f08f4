"""JSON that every parser accepts: non-finite numbers become null, NumPy scalars and arrays become plain values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

#: what Python makes of a byte in a file's name that is not UTF-8; text cannot hold it, the escapes of JSON can
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
#: levels of lists and objects within each other that are read; more is damage or an attack on the parser
MAX_DEPTH = 100


def plain(value: Any) -> Any:
    """`value` as nothing but dict, list, str, int, bool, finite float and None.

    Raises:
        TypeError: the value has no JSON form.
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
    raise TypeError(f"{type(value).__name__} has no JSON form")


def dumps(value: Any, *, indent: int | None = None, encoding: str = "utf-8") -> str:
    """`value` as strict JSON text; characters that the encoding lacks are escaped.

    Args:
        value: what has a JSON form.
        indent: spaces of each level; None means one line.
        encoding: character encoding of the file or the terminal that it is for.
    """
    text = json.dumps(plain(value), indent=indent, ensure_ascii=not is_unicode(encoding), allow_nan=False)
    return text if text.isascii() else _LONE_SURROGATE.sub(_escaped, text)


def is_unicode(encoding: str) -> bool:
    """Whether an encoding has all characters."""
    return encoding.lower().replace("-", "").replace("_", "").startswith("utf")


def _escaped(surrogate: re.Match[str]) -> str:
    return f"\\u{ord(surrogate[0]):04x}"


def loads(text: str | bytes) -> Any:
    """What JSON text says, without crashing on what a parser cannot take.

    Raises:
        ValueError: it is not JSON, not UTF-8, or nested more than `MAX_DEPTH` levels deep.
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
    """Whether no list or object is nested more than `MAX_DEPTH` levels deep."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        nested = [item for item in level if isinstance(item, dict | list)]
        if not nested:
            return True
        level = [child for item in nested for child in (item.values() if isinstance(item, dict) else item)]
    return False
