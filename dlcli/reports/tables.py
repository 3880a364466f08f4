"""Text of files and users in Markdown, and Markdown tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dlcli.core import printable

#: Characters that begin an emphasis, a link, code, a tag or an entity; not `_` within a word or `*` between spaces.
_MARKUP = re.compile(r"[\\`\[\]~|]|<(?=[A-Za-z/!?])|&(?=[A-Za-z#])|\*(?!\s)|(?<=\S)\*|(?<!\w)_|_(?!\w)")
_PIPE = re.compile(r"(?<!\\)\|")


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers_from: int = 1) -> str:
    """Build a table of Markdown cells; columns from `numbers_from` on are right-aligned."""
    rule = ["---" if column < numbers_from else "---:" for column in range(len(header))]
    lines = [[_cell(cell) for cell in header], rule, *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    """Escape Markdown so that it stays within its cell."""
    return _PIPE.sub(r"\\|", text.replace("\n", " "))


def markdown_text(text: str) -> str:
    """Escape a text for one line of Markdown, so that it is rendered literally."""
    return _MARKUP.sub(r"\\\g<0>", printable(text))


def markdown_code(text: str) -> str:
    """Format a text as inline code."""
    text = printable(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"
