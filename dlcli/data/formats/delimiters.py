"""Delimiters of cells, and their notation in configs."""

from __future__ import annotations

#: delimiters that occur in CSV files
DELIMITERS = (";", "\t", "|", ",")

#: a tab in shells and in YAML's single quotes: a backslash and a letter
_ESCAPED_TAB = "\\t"


def parse_delimiter(text: str) -> str:
    """Return the delimiter of an option, with the escape of a tab replaced by a tab."""
    return "\t" if text == _ESCAPED_TAB else text
