"""Values of unquoted YAML scalars in the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema).

PyYAML follows YAML 1.1, where `1e-3` is a string, `no` is false, `010` is eight and `1:30` is ninety.
"""

from __future__ import annotations

import math
import re

#: Maximum number of characters of a number; longer ones are mistakes (and slow to convert).
MAX_NUMBER = 400

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    text: value for value, word in ((True, "true"), (False, "false")) for text in (word, word.title(), word.upper())
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NON_FINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def plain_scalar(text: str) -> bool | int | float | str | None:
    """Return the value of an unquoted scalar.

    Raises:
        ValueError: A number has more than 400 characters.
    """
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] not in "+-.0123456789":
        return text
    integer = _INTEGER.fullmatch(text)
    if (integer or _FLOAT.fullmatch(text)) and len(text) > MAX_NUMBER:
        raise ValueError(f"a number of {len(text)} characters is too long")
    if integer:
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text, base)
    if _FLOAT.fullmatch(text):
        return float(text)
    if non_finite := _NON_FINITE.fullmatch(text):
        return math.copysign(math.inf, -1 if text[0] == "-" else 1) if non_finite.group(2) else math.nan
    return text
