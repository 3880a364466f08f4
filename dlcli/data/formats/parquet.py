"""Parquet files: columns that know their type."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar

from dlcli.core import DataError, Inline, register
from dlcli.data.data_paths import read_bytes
from dlcli.data.formats.columns import Source
from dlcli.data.formats.csv import repeated
from dlcli.data.formats.signatures import refuse_other_kinds
from dlcli.data.formats.tables import ANY_TABLE, Layout, TableFormat, TableOptions
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
        table: which column is what, and how cells are written.
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
        table: Annotated[TableOptions, Inline()] = ANY_TABLE,
        class_names: WrittenClassNames = None,
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
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
