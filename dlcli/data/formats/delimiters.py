"""What stands between cells, as configs write it."""

from __future__ import annotations

#: between cells, in files that call themselves comma-separated
DELIMITERS = (";", "\t", "|", ",")

#: how shells and YAML's single quotes pass on a tab: a backslash and a letter
_WRITTEN_TAB = "\\t"


def plain_delimiter(written: str) -> str:
    """The delimiter that an option means: a tab where it is written as an escape, else itself."""
    return "\t" if written == _WRITTEN_TAB else written
