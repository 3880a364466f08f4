"""The two streams: results go to stdout, progress and everything else to stderr.

Nothing else in `dlcli` writes to either. rich honors NO_COLOR, drops color off a terminal and fits tables
to a narrow one; off a terminal lines are as long as they need to be, so that `| grep` sees whole rows.
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
NARROW = 60  # columns: below this even names are broken into lines


@functools.cache
def results() -> Console:
    """What the user asked for: stdout."""
    return _console(sys.stdout, stderr=False)


@functools.cache
def notes() -> Console:
    """Progress, one row an epoch, remarks and errors: stderr."""
    return _console(sys.stderr, stderr=True)


def _console(stream: TextIO, *, stderr: bool) -> Console:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class PrintableConsole(Console):
        """Shows what a terminal would obey as escapes, wherever it stands in what is printed."""

        def print(self, *objects: Any, **options: Any) -> None:
            super().print(*(_on_one_line(it) if isinstance(it, str) else it for it in objects), **options)

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else segment._replace(text=printable_lines(segment.text))

    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isascii() and columns.isdigit() and int(columns) > 0 else None
    if width is None and not stream.isatty():
        width = UNWRAPPED
    return PrintableConsole(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def _on_one_line(text: str) -> str:
    """A line, and the empty lines above it."""
    line = text.lstrip("\n")
    return "\n" * (len(text) - len(line)) + printable(line)


def table(*headings: str, rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> Table:
    """A plain table; the columns headed by `numbers` are set flush right."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="bold")
    whole_names = results().width >= NARROW
    for position, heading in enumerate(headings):
        justify: JustifyMethod = "right" if heading in numbers else "left"
        made.add_column(printable(heading), justify=justify, overflow="fold", no_wrap=whole_names and position == 0)
    for row in rows:
        made.add_row(*map(printable, row))
    return made


def facts(rows: Iterable[tuple[str, str]]) -> Table:
    """Names and what they stand for, one a line."""
    from rich.table import Table

    made = Table.grid(padding=(0, 3, 0, 0))
    made.add_column(no_wrap=True, style="bold")
    made.add_column(overflow="fold")
    for row in rows:
        made.add_row(*map(printable, row))
    return made


def encoding() -> str:
    """The character encoding of stdout."""
    return sys.stdout.encoding or "utf-8"


def print_document(document: Any) -> None:
    """The one JSON document of `--json`, strict, on stdout."""
    sys.stdout.write(strict_json.dumps(document, indent=2, encoding=encoding()) + "\n")


def print_text(text: str) -> None:
    """Text that is read back by a program (YAML, CSV) on stdout: exactly as it is, unless a terminal shows it."""
    if sys.stdout.isatty():
        text = printable_lines(text)
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
