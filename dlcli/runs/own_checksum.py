"""JSON objects that contain their own checksum, because JSON with a changed digit is still valid.

The checksum, under `sha256`, is that of the rest of the object as one line of JSON, so that spaces and line breaks do
not matter. Objects of earlier versions, which have no checksum, are accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcli.core import dumps
from dlcli.runs.storage import checksum

KEY = "sha256"


def add_checksum(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON object with its checksum as the last field."""
    assert KEY not in document
    return {**document, KEY: _checksum(document)}


def verify_checksum(document: Any) -> Any:
    """Check the checksum of a JSON object, and return the object without it; other values are returned as they are.

    Raises:
        ValueError: The checksum is wrong: the object was damaged or changed.
    """
    if not isinstance(document, dict) or KEY not in document:
        return document
    rest = {key: value for key, value in document.items() if key != KEY}
    if _checksum(rest) != document[KEY]:
        raise ValueError("its SHA-256 does not match its content")
    return rest


def _checksum(document: Mapping[str, Any]) -> str:
    return checksum(dumps(document).encode())
