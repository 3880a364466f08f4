"""Text files of values separated by commas or other delimiters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from dlcli.core import ConfigError, DataError, Inline, NonNegativeInt, register
from dlcli.data.formats.columns import Source, first_duplicate
from dlcli.data.formats.csv_text import CsvText, Dialect
from dlcli.data.formats.delimiters import DELIMITERS, parse_delimiter
from dlcli.data.formats.missing_values import DEFAULTS, PLACEHOLDERS
from dlcli.data.formats.number_syntax import is_number, may_be_numbers
from dlcli.data.formats.tables import ANY_TABLE, Layout, TableFormat, TableOptions
from dlcli.data.readers import WrittenClassNames

if TYPE_CHECKING:
    import pyarrow as pa

_PLAIN = Dialect()


@register("format", "csv")
class Csv(TableFormat):
    """Text files with one example per line (.csv, .tsv): columns of numbers and of words.

    Spaces around cells are ignored. Words become one-hot columns; missing numbers are replaced by the median of the
    training set, with a column that indicates them; a missing word is a separate category.

    Args:
        path: Path of the file; null only if split.files names a file for each split.
        test_path: Path of a separate test set; null = none.
        header: Whether the first line has the column names; null = yes, unless columns are given, with a warning if
            that line looks like data.
        columns: Names of the columns, in order; null = from the header, or column_0, column_1, … without a header.
        dialect: Delimiter, quotes, comments and encoding.
        skip_rows: Number of lines to ignore at the start of the file; a quoted cell with line breaks counts as one
            line.
        test_skip_rows: Number of lines to ignore at the start of the test file; null = skip_rows.
        table: Roles of the columns and syntax of the cells.
        class_names: Names of the labels 0 … K−1 or of all labels in order, or a mapping of labels to names; null = the
            labels themselves.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the files; shown if they are not found.
    """

    endings: ClassVar[tuple[str, ...]] = (".csv", ".tsv")

    def __init__(
        self,
        *,
        path: str | None = None,
        test_path: str | None = None,
        header: bool | None = None,
        columns: list[str] | None = None,
        dialect: Annotated[Dialect, Inline()] = _PLAIN,
        skip_rows: NonNegativeInt = 0,
        test_skip_rows: NonNegativeInt | None = None,
        table: Annotated[TableOptions, Inline()] = ANY_TABLE,
        class_names: WrittenClassNames = None,
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(
            path=path, test_path=test_path, table=table, class_names=class_names, folder=folder, source=source
        )
        dialect = replace(dialect, delimiter=parse_delimiter(dialect.delimiter))
        for name, character in (("delimiter", dialect.delimiter), ("quote", dialect.quote)):
            if character is not None and (len(character) != 1 or not character.isascii() or character in "\r\n"):
                raise ConfigError(f"expected one ASCII character, got {character!r}", key=name)
        if dialect.quote == dialect.delimiter:
            message = f"{dialect.quote!r} is also the delimiter"
            raise ConfigError(message, code="conflicting_options", key="quote")
        if dialect.comment == "":
            raise ConfigError("expected at least one character, got none", key="comment")
        self.dialect = dialect
        self.header = columns is None if header is None else header
        self.has_assumed_header = header is None
        self.columns = columns
        self.skip_rows = skip_rows
        self.test_skip_rows = skip_rows if test_skip_rows is None else test_skip_rows

    def open(self, path: Path, *, is_test: bool = False) -> Source:
        text = CsvText.read(path, self.dialect, self.test_skip_rows if is_test else self.skip_rows)
        if self.columns is not None and self.has_assumed_header and text.first_cells() == self.columns:
            message = "the first line has the names of the columns but is read as an example; set header: true"
            raise DataError(message, file=str(path), line=text.line_of(0))
        source = parse(text, self.columns or self._own_names(text), has_header=self.header)
        return replace(source, has_assumed_header=self.header and self.has_assumed_header)

    def open_new(self, path: Path, expected: Layout) -> Source:
        return replace(self._open_new(path, expected), is_new=True)

    def _open_new(self, path: Path, expected: Layout) -> Source:
        is_test = self.test_path is not None and path.name == Path(self.test_path).name
        if is_test or path.name == Path(self.path or "").name:
            return self.open(path, is_test=is_test)
        text = CsvText.read(path, self.dialect, self.skip_rows)
        first = text.first_cells()
        other = other_delimiter(first, self.dialect.delimiter)
        if other is not None and len(expected.features) != 1:
            text = replace(text, dialect=replace(self.dialect, delimiter=other))
            first = text.first_cells()
        source = self._parse_new(text, first, expected)
        if text.dialect == self.dialect:
            return source
        note = f"{path.name}: {other!r} is used as the delimiter, but the training data has {self.dialect.delimiter!r}"
        return replace(source, warnings=(*source.warnings, note))

    def _parse_new(self, text: CsvText, first: list[str], expected: Layout) -> Source:
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
        """Return whether the first record has words in all numeric columns."""
        numeric = [cells[name] for name, kind in expected.kinds.items() if kind == "numeric" and name in cells]
        return bool(numeric) and not any(self._is_value(cell) for cell in numeric)

    def _is_value(self, cell: str) -> bool:
        """Return whether a cell may be in a column of numbers."""
        import pyarrow as pa

        is_missing = cell in (*self.table.missing.in_words, *DEFAULTS) or cell.lower() in PLACEHOLDERS
        return is_missing or bool(may_be_numbers(pa.array([cell])).all())

    def _own_names(self, text: CsvText) -> list[str]:
        first = text.first_cells()
        return first if self.header else numbered_names(len(first))


def numbered_names(count: int) -> list[str]:
    """Return names for columns without a header."""
    return [f"column_{number}" for number in range(count)]


def other_delimiter(cells: Sequence[str], delimiter: str) -> str | None:
    """Guess the delimiter of a record that has only one cell; None if it has several cells.

    Args:
        cells: Cells of the record by the expected delimiter.
        delimiter: Expected delimiter.
    """
    if len(cells) != 1:
        return None
    return next((mark for mark in DELIMITERS if mark != delimiter and mark in cells[0]), None)


def parse(text: CsvText, names: Sequence[str], *, has_header: bool) -> Source:
    """Parse the columns of a text as words.

    Args:
        text: Text of the file.
        names: Names of the columns.
        has_header: Whether the first record is a header.

    Raises:
        DataError: Two columns have the same name, or a record has more or fewer cells than there are names.
    """
    other = other_delimiter(names, text.dialect.delimiter)
    if other is not None:
        message = f"there is only one column, {names[0]!r}; set delimiter: {other!r}"
        raise DataError(message, file=str(text.path), line=text.line_of(0))
    names = _fill_names(names)
    duplicate = first_duplicate(names)
    if duplicate is not None:
        message = f"two columns have the name {duplicate!r}"
        if has_header and is_number(duplicate):
            message += "; set header: false if the first line is an example"
        raise DataError(message, code="duplicate_name", file=str(text.path), line=text.line_of(0))
    return Source(text.path, _arrow_table(text, names, has_header), lambda row: text.line_of(row + has_header))


def _fill_names(names: Sequence[str]) -> list[str]:
    """Name all unnamed columns but the first as pandas does."""
    first = names.index("") if "" in names else len(names)
    return [name or ("" if index == first else f"Unnamed: {index}") for index, name in enumerate(names)]


def _arrow_table(text: CsvText, names: Sequence[str], has_header: bool) -> pa.Table:
    """Parse the records below the header with Arrow, every cell a string."""
    import pyarrow as pa

    body = text.body()
    try:
        table = _read(body, text.dialect, names, has_header)
    except pa.ArrowInvalid:  # Arrow reports no line, or a record is longer than a block
        text.check_quotes()
        text.check_widths(len(names))
        records = [cells for _, cells in islice(text.records(), int(has_header), None)]
        columns = zip(*records, strict=True) if records else [()] * len(names)
        return pa.table({name: pa.array(cells, pa.string()) for name, cells in zip(names, columns, strict=True)})
    if _ends_in_quotes(body, table, text.dialect.quote):
        text.check_quotes()
    return table


def _read(body: bytes, dialect: Dialect, names: Sequence[str], has_header: bool) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    return csv.read_csv(
        pa.py_buffer(body),
        read_options=csv.ReadOptions(
            column_names=[*names], skip_rows_after_names=int(has_header), use_threads=False, block_size=1 << 24
        ),
        parse_options=csv.ParseOptions(
            delimiter=dialect.delimiter, quote_char=dialect.quote or False, newlines_in_values=True
        ),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )


def _ends_in_quotes(body: bytes, table: pa.Table, quote: str | None) -> bool:
    """Return whether the last cell may start with a quote that is never closed, which Arrow accepts."""
    if quote is None or table.num_rows == 0:
        return False
    mark = quote.encode()
    last = table.column(table.num_columns - 1)[-1].as_py().encode().replace(mark, 2 * mark)
    return body.endswith(mark + last)
