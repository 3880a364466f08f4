"""Parquet files: columns that know their type."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from dlcli.data.formats.columns import Source
from dlcli.data.formats.tables import Layout, TableFormat, TableOptions
from dlcli.data.places import read_bytes
from dlcli.data.readers import WrittenClassNames
from dlcli.errors import DataError
from dlcli.registry import register


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
            last column (that is no text).
        features: the columns to predict from; null = all that have no other part.
        exclude: columns to leave out.
        numeric: columns of words that must be numbers; null = those whose every value is one.
        categorical: columns that are words even if they hold numbers; null = those with a value that is no number.
        missing_values: words that stand for a missing value; null = nothing at all, ?, NA, N/A, NaN, nan, null.
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

    def open(self, path: Path, *, is_test: bool = False) -> Source:  # noqa: ARG002
        import pyarrow as pa
        from pyarrow import parquet

        try:
            table = parquet.read_table(pa.BufferReader(read_bytes(path)))
            table.validate(full=True)
            names = table.column_names
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            raise DataError(f"not a Parquet file, or a damaged one: {reason}", file=str(path)) from error
        twice = next((name for position, name in enumerate(names) if name in names[:position]), None)
        if twice is not None:
            raise DataError(f"two columns are called {twice!r}", file=str(path))
        if not names:
            raise DataError("the file has no columns", file=str(path))
        return Source(path, table)

    def open_new(self, path: Path, expected: Layout) -> Source:  # noqa: ARG002
        return self.open(path)
