"""The order of examples in time, by a column of numbers or dates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from dlcli.core import DataError
from dlcli.data.examples import Examples
from dlcli.data.table import CategoricalColumn

#: year, month, day, time of day, fraction of a second, zone; each part but the zone requires the parts before it
_ISO = re.compile(
    r"(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d{2}:?\d{2})?)?)?", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXPECTED = "YYYY-MM-DD, YYYY-MM, YYYY-MM-DD HH:MM:SS with or without a zone, all in the same format, or numbers"


def times_of(examples: Examples, name: str) -> np.ndarray:
    """Return (N,) numbers that sort the examples by time.

    Args:
        examples: Examples with the column among their fields.
        name: Name of a column of numbers, timestamps, or ISO 8601 dates or times that all have the same format.

    Raises:
        DataError: The column does not exist, a value is missing, or a date has another format.
    """
    column = examples.field(name, "order_by")
    missing = np.flatnonzero(column.missing)
    if len(missing):
        message = f"order_by requires a time, but this row has none{_and_more(len(missing))}"
        raise DataError(message, code="missing_value", **_place(examples, missing[0], name))
    if not isinstance(column, CategoricalColumn):
        return column.values()
    parsed = [_parse(word) for word in column.categories]
    formats = [None if date is None else date[0] for date in parsed]
    first = int(column.codes[0])
    wrong = np.array([parts is None or parts != formats[first] for parts in formats])[column.codes]
    rows = np.flatnonzero(wrong)
    if len(rows):
        word = column.categories[column.codes[rows[0]]]
        message = f"order_by cannot read {word!r} as a time{_and_more(len(rows))}; expected {_EXPECTED}"
        raise DataError(message, **_place(examples, rows[0], name))
    times: np.ndarray = np.array([0 if date is None else date[1] for date in parsed], dtype=np.int64)[column.codes]
    return times


def _parse(word: str) -> tuple[Sequence[bool], int] | None:
    """Return which parts a date has and its nanoseconds since 1970; None if it is not a date in a known format."""
    match = _ISO.fullmatch(word)
    if match is None:
        return None
    year, month, day, clock, fraction, zone = match.groups()
    offset = (zone or "Z").replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(f"{year}-{month}-{day or '01'}T{clock or '00:00'}{offset}")
    except ValueError:
        return None
    nanoseconds = (moment - _EPOCH) // timedelta(seconds=1) * 10**9 + int((fraction or "0").ljust(9, "0"))
    return (day is not None, clock is not None, zone is not None), nanoseconds


def _place(examples: Examples, row: int, name: str) -> dict[str, Any]:
    place: Mapping[str, Any] = {} if examples.place_of is None else examples.place_of(int(row))
    return {**place, "key": name}


def _and_more(count: int) -> str:
    return f" (and {count - 1} more)" if count > 1 else ""
