"""Tables of the pages, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers_from: int = 1) -> str:
    """A table whose columns from `numbers_from` on are aligned right."""
    rule = ["---" if column < numbers_from else "---:" for column in range(len(header))]
    lines = [header, rule, *([markdown_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def markdown_cell(text: str) -> str:
    """Text that stays within its cell."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
