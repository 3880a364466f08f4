"""Comma-separated values, and their relatives with other separators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from dlcli.constraints import NonNegativeInt
from dlcli.data.formats.columns import Source, is_number
from dlcli.data.formats.csv_text import CsvText, Dialect
from dlcli.data.formats.tables import Layout, TableFormat, TableOptions
from dlcli.data.readers import WrittenClassNames
from dlcli.errors import ConfigError, DataError
from dlcli.registry import register

#: what stands between cells, in files that call themselves comma-separated
DELIMITERS = (";", "\t", "|", ",")


@register("format", "csv")
class Csv(TableFormat):
    """Text files with one example a line (.csv, .tsv): columns of numbers and of words.

    Spaces around cells are ignored. Words become one-hot columns; missing numbers are filled with the training set's
    median, beside a column that says so; a missing word is a category of its own.

    Args:
        path: the file; null only where split.files names one for each split.
        test_path: the file with the given test set; null = none.
        header: whether the first line has the column names; null = yes, unless columns are given.
        columns: the column names, in order; null = from the header, or column_0, column_1, … without one.
        delimiter: the character between cells.
        quote: the character around cells that contain a delimiter; null = there is none.
        comment: lines that start with this are ignored; null = no line is.
        encoding: the character encoding, such as utf-8 or latin-1.
        skip_rows: lines to ignore at the start of the file.
        test_skip_rows: lines to ignore at the start of the test file; null = skip_rows.
        text: a column of texts, which are then all there is to predict from; null = none is a text.
        label: the column to predict, by name or by number from 0; a list of columns for several values; null = the
            last column (that is no text).
        features: the columns to predict from; null = all that have no other part.
        exclude: columns to leave out.
        numeric: columns that must be numbers; null = those whose every value is one.
        categorical: columns that are words even if they look like numbers; null = those with a value that is no number.
        missing_values: what stands for a missing value; null = nothing at all, ?, NA, N/A, NaN, nan, null.
        id: a column by which you know an example; it is shown beside predictions and not learned from.
        label_strip: characters to take away at the end of labels, such as a full stop.
        drop_missing_labels: leave out rows without a label, instead of stopping.
        class_names: names of the labels 0 … K−1 or of all labels in order, or a mapping of labels to names; null = the
            labels themselves.
        folder: the data set's folder below $DLCLI_DATA and the cache; null = those folders themselves.
        source: where the files can be had; shown when they are not found.
    """

    endings: ClassVar[tuple[str, ...]] = (".csv", ".tsv")

    def __init__(
        self,
        *,
        path: str | None = None,
        test_path: str | None = None,
        header: bool | None = None,
        columns: list[str] | None = None,
        delimiter: str = ",",
        quote: str | None = '"',
        comment: str | None = None,
        encoding: str = "utf-8",
        skip_rows: NonNegativeInt = 0,
        test_skip_rows: NonNegativeInt | None = None,
        text: str | None = None,
        label: int | str | list[str] | None = None,
        features: list[str] | None = None,
        exclude: list[str] | None = None,
        numeric: list[str] | None = None,
        categorical: list[str] | None = None,
        missing_values: list[str] | None = None,
        id: str | None = None,
        label_strip: str | None = None,
        drop_missing_labels: bool = False,
        class_names: WrittenClassNames = None,
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        table = TableOptions(
            label, features, exclude, numeric, categorical, missing_values, id, label_strip, drop_missing_labels, text
        )
        super().__init__(
            path=path, test_path=test_path, table=table, class_names=class_names, folder=folder, source=source
        )
        for name, character in (("delimiter", delimiter), ("quote", quote)):
            if character is not None and (len(character) != 1 or not character.isascii() or character in "\r\n"):
                raise ConfigError(f"one ASCII character is expected, not {character!r}", key=f"data.dataset.{name}")
        self.dialect = Dialect(delimiter, quote, comment, encoding)
        self.header = columns is None if header is None else header
        self.columns = columns
        self.skip_rows = skip_rows
        self.test_skip_rows = skip_rows if test_skip_rows is None else test_skip_rows

    def open(self, path: Path, *, is_test: bool = False) -> Source:
        text = CsvText.read(path, self.dialect, self.test_skip_rows if is_test else self.skip_rows)
        return parse(text, self.columns or self._own_names(text), has_header=self.header)

    def open_new(self, path: Path, expected: Layout) -> Source:
        is_test = self.test_path is not None and path.name == Path(self.test_path).name
        if is_test or path.name == Path(self.path or "").name:
            return self.open(path, is_test=is_test)
        text = CsvText.read(path, self.dialect, self.skip_rows)
        first = text.first_cells()
        if expected.features and set(expected.features) <= set(first):
            return parse(text, first, has_header=True)
        if self.columns is not None:
            unlabeled = [name for name in self.columns if name not in expected.targets]
            names = unlabeled if len(first) == len(unlabeled) else self.columns
            is_header = not self.header and self._is_header(dict(zip(names, first, strict=False)), expected)
            return parse(text, first if is_header else names, has_header=self.header or is_header)
        if not expected.features and all(is_number(cell) for cell in first):
            return parse(text, numbered_names(len(first)), has_header=False)
        return parse(text, self._own_names(text), has_header=self.header)

    def _is_header(self, cells: Mapping[str, str], expected: Layout) -> bool:
        """Whether words stand where the numbers should be."""
        numeric = [cells[name] for name, kind in expected.kinds.items() if kind == "numeric" and name in cells]
        return bool(numeric) and not any(is_number(cell) or cell in self.table.missing for cell in numeric)

    def _own_names(self, text: CsvText) -> list[str]:
        first = text.first_cells()
        return first if self.header else numbered_names(len(first))


def numbered_names(count: int) -> list[str]:
    return [f"column_{number}" for number in range(count)]


def parse(text: CsvText, names: Sequence[str], *, has_header: bool) -> Source:
    """The columns of a text, as words.

    Args:
        text: of the file.
        names: of the columns.
        has_header: whether the first record is a header.

    Raises:
        DataError: two columns of one name, or records of other lengths than the names.
    """
    import pyarrow as pa
    from pyarrow import csv

    twice = next((name for position, name in enumerate(names) if name in names[:position]), None)
    if twice is not None:
        raise DataError(f"two columns are called {twice!r}", file=str(text.path), line=text.line_of(0))
    text.check_quotes()
    dialect = text.dialect
    other = next((character for character in DELIMITERS if character in names[0] and len(names) == 1), None)
    if other is not None and other != dialect.delimiter:
        found = f"there is one column, {names[0]!r}; set delimiter: {other!r}"
        raise DataError(found, file=str(text.path), line=text.line_of(0))
    try:
        table = csv.read_csv(
            pa.py_buffer(text.body()),
            read_options=csv.ReadOptions(
                column_names=[*names], skip_rows_after_names=int(has_header), use_threads=False, block_size=1 << 24
            ),
            parse_options=csv.ParseOptions(
                delimiter=dialect.delimiter, quote_char=dialect.quote or False, newlines_in_values=True
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        text.check_widths(len(names))
        raise DataError(f"not CSV: {' '.join(str(error).split())}", file=str(text.path)) from error
    return Source(text.path, table, lambda row: text.line_of(row + has_header))
