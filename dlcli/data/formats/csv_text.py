"""The text of a CSV file: its records and their line numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dlcli.core import DataError, formatting
from dlcli.data.data_paths import read_bytes
from dlcli.data.decoding import decode_text
from dlcli.data.formats.signatures import reject_other_formats


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """Delimiter, quotes, comments and encoding of a text.

    Args:
        delimiter: Character between cells.
        quote: Character around cells that contain a delimiter; null = none.
        comment: Start of lines to ignore, unless they are part of a quoted cell; null = none.
        encoding: Character encoding, such as utf-8 or latin-1.
    """

    delimiter: str = ","
    quote: str | None = '"'
    comment: str | None = None
    encoding: str = "utf-8"


@dataclass(frozen=True)
class CsvText:
    """A CSV file as text.

    A record is one line, or several if a quoted cell has line breaks. Blank lines and comments between records are
    ignored; inside a quoted cell they are text. As for Arrow, a quote is special only at the start of a cell.

    Args:
        path: Path of the file.
        text: Decoded content of the file.
        skip_rows: Number of records to ignore at the start, including blank lines and comments.
        dialect: Delimiter, quotes and comments.
    """

    path: Path
    text: str
    skip_rows: int
    dialect: Dialect

    @classmethod
    def read(cls, path: Path, dialect: Dialect, skip_rows: int) -> CsvText:
        """Read and decode a file.

        Raises:
            ConfigError: The encoding does not exist.
            DataError: The file cannot be read or decoded, is empty, or is of another format.
        """
        content = read_bytes(path)
        reject_other_formats(content, path, "CSV")
        csv_text = cls(path, decode_text(content, dialect.encoding, path), skip_rows, dialect)
        if next(csv_text.lines(), None) is None:
            raise DataError("the file is empty", code="empty_data", file=str(path))
        return csv_text

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield the line numbers and the text of the records that are not ignored, including line ends."""
        comment = self.dialect.comment
        for index, (number, record) in enumerate(self._unfiltered()):
            if index < self.skip_rows or not record.strip("\r\n"):
                continue
            if comment is None or not record.startswith(comment):
                yield number, record

    def _unfiltered(self) -> Iterator[tuple[int, str]]:
        """Yield records, blank lines and comments with the 1-based numbers of their first lines."""
        quote, delimiter, comment = self.dialect.quote, self.dialect.delimiter, self.dialect.comment
        pending: list[str] = []  # lines of a record with an open quote
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
        """Yield the number of the first line and the cells of each record."""
        for number, record in self.lines():
            yield number, split_cells(record, self.dialect.delimiter, self.dialect.quote)

    def first_cells(self) -> list[str]:
        """Return the cells of the first record, without surrounding spaces."""
        _, cells = next(self.records())
        return [cell.strip() for cell in cells]

    @cached_property
    def _line_numbers(self) -> list[int]:
        return [number for number, _ in self.lines()]

    def line_of(self, record: int) -> int:
        """Return the line number at which a record starts; records are counted from 0."""
        return self._line_numbers[record]

    def check_widths(self, width: int) -> None:
        """Check that all records have `width` cells.

        Raises:
            DataError: A record has another width; the error has its line.
        """
        for line, cells in self.records():
            if len(cells) != width:
                message = f"expected {formatting.count(width, 'cell')} as there are columns, got {len(cells)}"
                if len(cells) == width + 1 and not cells[-1].strip():
                    message += f": it ends with {self.dialect.delimiter!r}; remove it, or end the header with it, too"
                raise DataError(message, file=str(self.path), line=line)

    def check_quotes(self) -> None:
        """Check that all quotes are closed.

        Raises:
            DataError: A quote is never closed; the error has the line of its record.
        """
        quote = self.dialect.quote
        if quote is None:
            return
        for line, record in self.lines():
            if quote in record and ends_in_quotes(record, self.dialect.delimiter, quote, is_quoted=False):
                raise DataError("a quote is opened here and never closed", file=str(self.path), line=line)

    def body(self) -> bytes:
        """Return the records that are not ignored, in UTF-8."""
        if self.skip_rows == 0 and self.dialect.comment is None:
            return self.text.encode()
        return "".join(record for _, record in self.lines()).encode()


def ends_in_quotes(line: str, delimiter: str, quote: str, *, is_quoted: bool) -> bool:
    """Return whether a quoted cell is open at the end of a line.

    Args:
        line: Line with its line end.
        delimiter: Character between cells.
        quote: Character around cells.
        is_quoted: Whether a quoted cell is open at the start of the line.
    """
    position = 0
    while True:
        index = line.find(quote, position)
        if index < 0:
            return is_quoted
        position = index + 1
        if is_quoted:
            if line.startswith(quote, position):
                position += 1  # a doubled quote is a quote character of the cell
            else:
                is_quoted = False
        else:
            is_quoted = index == 0 or line[index - 1] == delimiter


def split_cells(record: str, delimiter: str, quote: str | None) -> list[str]:
    """Split a record into cells, without its line end."""
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
    """Return the text of a cell whose opening quote is before `start`, and the position behind its closing quote."""
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
