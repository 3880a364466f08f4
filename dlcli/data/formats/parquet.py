"""Parquet files: columns that know their type."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from dlcli.core import DataError, register
from dlcli.data.data_paths import read_bytes
from dlcli.data.formats.columns import Source
from dlcli.data.formats.csv import repeated
from dlcli.data.formats.number_syntax import DecimalMark, ThousandsMark
from dlcli.data.formats.signatures import refuse_other_kinds
from dlcli.data.formats.tables import Layout, TableFormat, TableOptions
from dlcli.data.formats.unfolding import check_unfolded_size
from dlcli.data.readers import WrittenClassNames

#: a table may well repeat each of its values a thousand times
MOST_RATIO = 1000


@register("format", "parquet")
class Parquet(TableFormat):
    """Parquet files: columns of numbers, words, truth values and dates (a number).

    Words become one-hot columns; missing numbers are filled with the training set's median, beside a column that
    says so; a missing word is a category of its own.

    Args:
        path: the file; null only where split.files names one for each split.
        test_path: the file with the given test set; null = none.
        text: a column of texts, which are then all there is to predict from; null = none is a text.
        label: the column to predict, by name or by number from 0; a list of columns for several values; null = the
            last column that has no other part.
        features: the columns to predict from; null = all that have no other part and
            do not merely number the rows.
        exclude: columns to leave out.
        numeric: columns that must be numbers; signs such as $ and % and the parentheses of accounting may stand at
            them (45 % is 45). null = those whose every value is a number or missing.
        categorical: columns that are words even if they hold numbers; null = those with a value that is no number.
        missing_values: words that stand for a missing value, beside an empty cell, ? and the usual words.
        default_missing_values: whether the usual words (NA, N/A, NaN, None, null, <NA>, #N/A, …) stand for a missing
            value in labels and in columns of words; in columns of numbers they always do, and so do -, . and nil.
        decimal: the mark before the decimals of numbers that are written as words.
        thousands: the mark between groups of three digits, such as the comma of 1,234,567; null = there is none.
        id: a column by which you know an example; it is shown beside predictions and not learned from.
        label_strip: characters to take away at the end of labels, such as a full stop.
        drop_missing_labels: leave out rows without a label, instead of stopping.
        class_names: names of the labels 0 … K−1 or of all labels in order, or a mapping of labels to names; null = the
            labels themselves.
        folder: the data set's folder below $DLCLI_DATA and the cache; null = those folders themselves.
        source: where the files can be had; shown when they are not found.
    """

    endings: ClassVar[tuple[str, ...]] = (".parquet", ".pq")

    def __init__(
        self,
        *,
        path: str | None = None,
        test_path: str | None = None,
        text: str | None = None,
        label: int | str | list[str] | None = None,
        features: list[str] | None = None,
        exclude: list[str] | None = None,
        numeric: list[str] | None = None,
        categorical: list[str] | None = None,
        missing_values: list[str] | None = None,
        default_missing_values: bool = True,
        decimal: DecimalMark = ".",
        thousands: ThousandsMark | None = None,
        id: str | None = None,
        label_strip: str | None = None,
        drop_missing_labels: bool = False,
        class_names: WrittenClassNames = None,
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        table = TableOptions(
            text=text,
            label=label,
            features=features,
            exclude=exclude,
            numeric=numeric,
            categorical=categorical,
            missing_values=missing_values,
            default_missing_values=default_missing_values,
            decimal=decimal,
            thousands=thousands,
            id=id,
            label_strip=label_strip,
            drop_missing_labels=drop_missing_labels,
        )
        super().__init__(
            path=path, test_path=test_path, table=table, class_names=class_names, folder=folder, source=source
        )

    def open(self, path: Path, *, is_test: bool = False) -> Source:  # noqa: ARG002
        import pyarrow as pa
        from pyarrow import parquet

        content = read_bytes(path)
        if not content.startswith(b"PAR1"):
            refuse_other_kinds(content, path, "Parquet")
        try:
            file = parquet.ParquetFile(pa.BufferReader(content))
            claimed = 8 * file.metadata.num_rows * file.metadata.num_columns
            check_unfolded_size(path, len(content), claimed, most_ratio=MOST_RATIO)
            table = file.read()
            table.validate(full=True)
            names = table.column_names
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            raise DataError(
                f"not a Parquet file, or a damaged one: {reason}", code="wrong_format", file=str(path)
            ) from error
        twice = repeated(names)
        if twice is not None:
            raise DataError(f"two columns are called {twice!r}", code="duplicate_name", file=str(path))
        if not names:
            raise DataError("the file has no columns", code="empty_data", file=str(path))
        return Source(path, table)

    def open_new(self, path: Path, expected: Layout) -> Source:  # noqa: ARG002
        return replace(self.open(path), is_new=True)
