"""The text of a CSV file: its lines, its records and where they stand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dlcli.data.decoding import decoded
from dlcli.data.places import read_bytes
from dlcli.errors import DataError


@dataclass(frozen=True)
class Dialect:
    """How the text is written.

    Args:
        delimiter: between cells, one character.
        quote: around cells that contain the delimiter; None = never.
        comment: what a line to be ignored starts with; None = nothing.
        encoding: of the characters.
    """

    delimiter: str
    quote: str | None
    comment: str | None
    encoding: str


@dataclass(frozen=True)
class CsvText:
    """A CSV file as text.

    Args:
        path: of the file.
        text: all of it.
        skip_rows: lines to ignore at the start.
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
            DataError: the file cannot be read or decoded, or is empty.
        """
        text = decoded(read_bytes(path), dialect.encoding, path)
        made = cls(path, text, skip_rows, dialect)
        if next(made.records(), None) is None:
            raise DataError("the file is empty", file=str(path))
        return made

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines that count, with their numbers from 1; each ends as it does in the file."""
        for number, line in enumerate(io.StringIO(self.text, newline="\n"), start=1):
            if number <= self.skip_rows or not line.strip("\r\n"):
                continue
            if self.dialect.comment is None or not line.startswith(self.dialect.comment):
                yield number, line

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The cells of each record, and the number of its first line."""
        numbers: list[int] = []

        def numbered() -> Iterator[str]:
            for number, line in self.lines():
                numbers.append(number)
                yield line

        delimiter, quote = self.dialect.delimiter, self.dialect.quote
        if quote is None:
            reader = csv.reader(numbered(), delimiter=delimiter, quoting=csv.QUOTE_NONE)
        else:
            reader = csv.reader(numbered(), delimiter=delimiter, quotechar=quote)
        try:
            for cells in reader:
                yield numbers[0], cells
                numbers.clear()
        except csv.Error as error:
            raise DataError(f"not CSV: {error}", file=str(self.path), line=numbers[-1]) from error

    def first_cells(self) -> list[str]:
        """The cells of the first record, without spaces around them."""
        _, cells = next(self.records())
        return [cell.strip() for cell in cells]

    def line_of(self, record: int) -> int:
        """The number of the line at which a record starts, counted from 0."""
        number, _ = next(islice(self.records(), record, None))
        return number

    def check_widths(self, width: int) -> None:
        """Refuse records that are too long or too short.

        Raises:
            DataError: with the line of the first.
        """
        for line, cells in self.records():
            if len(cells) != width:
                found = f"{width} cells are expected, as the columns say; this line has {len(cells)}"
                raise DataError(found, file=str(self.path), line=line)

    def check_quotes(self) -> None:
        """Refuse a quote that is opened and never closed.

        Raises:
            DataError: with the line of the record that it swallows the rest of the file into.
        """
        quote = self.dialect.quote
        if quote is None or self.text.count(quote) % 2 == 0:
            return
        *_, (line, _) = self.records()
        last = [text for number, text in self.lines() if number >= line]
        try:
            list(csv.reader(last, delimiter=self.dialect.delimiter, quotechar=quote, strict=True))
        except csv.Error as error:
            raise DataError("a quote is opened here and never closed", file=str(self.path), line=line) from error

    def body(self) -> bytes:
        """The lines that count, in UTF-8."""
        if self.skip_rows == 0 and self.dialect.comment is None:
            return self.text.encode()
        return "".join(line for _, line in self.lines()).encode()
