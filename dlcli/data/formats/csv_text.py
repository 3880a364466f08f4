"""The text of a CSV file: its lines, its records and where they stand."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from dlcli.core import DataError
from dlcli.data.data_paths import read_bytes
from dlcli.data.decoding import decode_text
from dlcli.data.formats.signatures import refuse_other_kinds


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How the text is written.

    Args:
        delimiter: the character between cells.
        quote: the character around cells that contain a delimiter; null = there is none.
        comment: start of lines that are ignored, unless they are part of a quoted cell; null = no line is.
        encoding: the character encoding, such as utf-8 or latin-1.
    """

    delimiter: str = ","
    quote: str | None = '"'
    comment: str | None = None
    encoding: str = "utf-8"


@dataclass(frozen=True)
class CsvText:
    """A CSV file as text.

    A record is a line, or several where a quoted cell has line breaks; blank lines and comments between records are
    ignored, and inside a quoted cell they are text. A quote is special where a cell starts with it, as it is for Arrow.

    Args:
        path: of the file.
        text: all of it.
        skip_rows: number of records to ignore at the start, blank lines and comments included.
        dialect: how it is written.
    """

    path: Path
    text: str
    skip_rows: int
    dialect: Dialect

    @classmethod
    def read(cls, path: Path, dialect: Dialect, skip_rows: int) -> CsvText:
        """Read and decode a file.

        Raises:
            ConfigError: no such encoding.
            DataError: the file cannot be read or decoded, is empty, or is of another kind.
        """
        content = read_bytes(path)
        refuse_other_kinds(content, path, "CSV")
        made = cls(path, decode_text(content, dialect.encoding, path), skip_rows, dialect)
        if next(made.lines(), None) is None:
            raise DataError("the file is empty", code="empty_data", file=str(path))
        return made

    def lines(self) -> Iterator[tuple[int, str]]:
        """The records that count as they stand in the file, line ends included, and the numbers of their lines."""
        comment = self.dialect.comment
        for place, (number, record) in enumerate(self._unfiltered()):
            if place < self.skip_rows or not record.strip("\r\n"):
                continue
            if comment is None or not record.startswith(comment):
                yield number, record

    def _unfiltered(self) -> Iterator[tuple[int, str]]:
        """Records, blank lines and comments, and the numbers of their first lines, from 1."""
        quote, delimiter, comment = self.dialect.quote, self.dialect.delimiter, self.dialect.comment
        pending: list[str] = []  # lines of a record whose quote is still open
        first = 1
        for number, line in enumerate(io.StringIO(self.text, newline=""), start=1):
            if not pending:
                first = number
                if quote is None or quote not in line or (comment is not None and line.startswith(comment)):
                    yield first, line
                    continue
            pending.append(line)
            if not ends_in_quotes(line, delimiter, quote or "", is_quoted=len(pending) > 1):
                yield first, "".join(pending)
                pending.clear()
        if pending:
            yield first, "".join(pending)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The cells of each record, and the number of its first line."""
        for number, record in self.lines():
            yield number, split_cells(record, self.dialect.delimiter, self.dialect.quote)

    def first_cells(self) -> list[str]:
        """The cells of the first record, without spaces around them."""
        _, cells = next(self.records())
        return [cell.strip() for cell in cells]

    def second_cells(self) -> list[str]:
        """The cells of the second record, without spaces around them; none where there is one record only."""
        return [cell.strip() for _, cells in islice(self.records(), 1, 2) for cell in cells]

    @cached_property
    def _line_numbers(self) -> list[int]:
        return [number for number, _ in self.lines()]

    def line_of(self, record: int) -> int:
        """The number of the line at which a record starts, counted from 0."""
        return self._line_numbers[record]

    def check_widths(self, width: int) -> None:
        """Refuse records that are too long or too short.

        Raises:
            DataError: with the line of the first.
        """
        for line, cells in self.records():
            if len(cells) != width:
                message = f"{width} cells are expected, as the columns say; this line has {len(cells)}"
                if len(cells) == width + 1 and not cells[-1].strip():
                    message += f": it ends in {self.dialect.delimiter!r}; remove that, or end the header in it, too"
                raise DataError(message, file=str(self.path), line=line)

    def check_quotes(self) -> None:
        """Refuse a quote that is opened and never closed.

        Raises:
            DataError: with the line of the record that it swallows the rest of the file into.
        """
        quote = self.dialect.quote
        if quote is None:
            return
        for line, record in self.lines():
            if quote in record and ends_in_quotes(record, self.dialect.delimiter, quote, is_quoted=False):
                raise DataError("a quote is opened here and never closed", file=str(self.path), line=line)

    def body(self) -> bytes:
        """The records that count, in UTF-8."""
        if self.skip_rows == 0 and self.dialect.comment is None:
            return self.text.encode()
        return "".join(record for _, record in self.lines()).encode()


def ends_in_quotes(line: str, delimiter: str, quote: str, *, is_quoted: bool) -> bool:
    """Whether a quoted cell is still open at the end of a line.

    Args:
        line: with its end.
        delimiter: between cells.
        quote: around cells.
        is_quoted: whether a quoted cell is open at the start of the line.
    """
    position = 0
    while True:
        found = line.find(quote, position)
        if found < 0:
            return is_quoted
        position = found + 1
        if is_quoted:
            if line.startswith(quote, position):
                position += 1  # a quote written twice is one that is text
            else:
                is_quoted = False
        else:
            is_quoted = found == 0 or line[found - 1] == delimiter


def split_cells(record: str, delimiter: str, quote: str | None) -> list[str]:
    """The cells of a record; its line end is not part of the last one."""
    record = record.rstrip("\r\n") if quote is None or quote not in record else record
    if quote is None or quote not in record:
        return record.split(delimiter)
    cells: list[str] = []
    position = 0
    while True:
        text = ""
        if record.startswith(quote, position):
            text, position = _quoted_cell(record, quote, position + 1)
        stop = record.find(delimiter, position)
        if stop < 0:
            return [*cells, text + record[position:].rstrip("\r\n")]
        cells.append(text + record[position:stop])
        position = stop + 1


def _quoted_cell(record: str, quote: str, start: int) -> tuple[str, int]:
    """The text of a cell whose opening quote is before `start`, and where its closing quote ends."""
    parts: list[str] = []
    while True:
        stop = record.find(quote, start)
        if stop < 0:
            return "".join([*parts, record[start:]]), len(record)
        parts.append(record[start:stop])
        if not record.startswith(quote, stop + 1):
            return "".join(parts), stop + 1
        parts.append(quote)
        start = stop + 2
