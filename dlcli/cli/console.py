"""Output streams: results go to stdout, progress and all other messages to stderr.

No other module writes to them. rich honors NO_COLOR, omits color outside a terminal and fits tables to narrow
terminals. Outside a terminal lines are not wrapped, so that `| grep` gets whole rows.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from dlcli.core import printable, printable_lines, strict_json

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod
    from rich.table import Table

UNWRAPPED = 10_000  # columns: wider than any row
NARROW = 60  # columns: in narrower terminals names are wrapped as well


@functools.cache
def results() -> Console:
    """Return the console for results: stdout."""
    return _console(sys.stdout, stderr=False)


@functools.cache
def notes() -> Console:
    """Return the console for progress, warnings and other messages: stderr."""
    return _console(sys.stderr, stderr=True)


def _console(stream: TextIO, *, stderr: bool) -> Console:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class PrintableConsole(Console):
        """Console that prints control characters as escapes, so that a terminal does not interpret them."""

        def print(self, *objects: Any, **options: Any) -> None:
            super().print(*(_on_one_line(value) if isinstance(value, str) else value for value in objects), **options)

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else segment._replace(text=printable_lines(segment.text))

    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isascii() and columns.isdigit() and int(columns) > 0 else None
    if width is None and not stream.isatty():
        width = UNWRAPPED
    return PrintableConsole(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def _on_one_line(text: str) -> str:
    """Return text as one line, with the empty lines above it."""
    line = text.lstrip("\n")
    return "\n" * (len(text) - len(line)) + printable(line)


def table(*headings: str, rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> Table:
    """Return a plain table; the columns with the headings `numbers` are right-aligned."""
    from rich import box
    from rich.table import Table

    result = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="bold")
    whole_names = results().width >= NARROW
    for position, heading in enumerate(headings):
        justify: JustifyMethod = "right" if heading in numbers else "left"
        result.add_column(printable(heading), justify=justify, overflow="fold", no_wrap=whole_names and position == 0)
    for row in rows:
        result.add_row(*map(printable, row))
    return result


def facts(rows: Iterable[tuple[str, str]]) -> Table:
    """Return a table of names and values without headings."""
    from rich.table import Table

    result = Table.grid(padding=(0, 3, 0, 0))
    result.add_column(no_wrap=True, style="bold")
    result.add_column(overflow="fold")
    for row in rows:
        result.add_row(*map(printable, row))
    return result


def encoding() -> str:
    """Return the character encoding of stdout."""
    return sys.stdout.encoding or "utf-8"


def print_document(document: Any) -> None:
    """Print the JSON document of `--json`, in strict JSON, on stdout."""
    sys.stdout.write(strict_json.dumps(document, indent=2, encoding=encoding()) + "\n")


def print_text(text: str) -> None:
    """Print text for programs (YAML, CSV) on stdout, unchanged unless stdout is a terminal."""
    if sys.stdout.isatty():
        text = printable_lines(text)
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
