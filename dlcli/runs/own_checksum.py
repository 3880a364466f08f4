"""JSON objects that hold their own checksum: a changed digit leaves JSON that parses, and says something else.

The checksum, under `sha256`, is that of the rest of the object as one line of JSON, so that spaces and line breaks do
not matter. Objects without one, as earlier versions wrote them, pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcli.core import dumps
from dlcli.runs.storage import checksum

KEY = "sha256"


def add_checksum(document: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with its checksum as the last field."""
    assert KEY not in document
    return {**document, KEY: _checksum(document)}


def verify_checksum(document: Any) -> Any:
    """A JSON value without the checksum that it holds, if it is an object and holds one.

    Raises:
        ValueError: the checksum is another one; the object was damaged or changed.
    """
    if not isinstance(document, dict) or KEY not in document:
        return document
    rest = {key: value for key, value in document.items() if key != KEY}
    if _checksum(rest) != document[KEY]:
        raise ValueError("its SHA-256 is not the one that it holds")
    return rest


def _checksum(document: Mapping[str, Any]) -> str:
    return checksum(dumps(document).encode())
