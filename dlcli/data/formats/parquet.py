"""Parquet files, whose columns have types."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar

from dlcli.core import DataError, Inline, register
from dlcli.data.data_paths import read_bytes
from dlcli.data.formats.columns import Source, first_duplicate
from dlcli.data.formats.decompression import check_decompressed_size
from dlcli.data.formats.signatures import reject_other_formats
from dlcli.data.formats.tables import ANY_TABLE, Layout, TableFormat, TableOptions
from dlcli.data.readers import WrittenClassNames

#: plausible compression ratio of a table, which may repeat its values
MAX_RATIO = 1000


@register("format", "parquet")
class Parquet(TableFormat):
    """Parquet files: columns of numbers, words, Booleans and dates (as numbers).

    Words become one-hot columns; missing numbers are replaced by the median of the training set, with a column that
    indicates them; a missing word is a separate category.

    Args:
        path: Path of the file; null only if split.files names a file for each split.
        test_path: Path of a separate test set; null = none.
        table: Roles of the columns and syntax of the cells.
        class_names: Names of the labels 0 … K−1 or of all labels in order, or a mapping of labels to names; null = the
            labels themselves.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the files; shown if they are not found.
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
            reject_other_formats(content, path, "Parquet")
        try:
            file = parquet.ParquetFile(pa.BufferReader(content))
            claimed = 8 * file.metadata.num_rows * file.metadata.num_columns
            check_decompressed_size(path, len(content), claimed, max_ratio=MAX_RATIO)
            table = file.read()
            table.validate(full=True)
            names = table.column_names
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            raise DataError(
                f"not a Parquet file, or a damaged one: {reason}", code="wrong_format", file=str(path)
            ) from error
        duplicate = first_duplicate(names)
        if duplicate is not None:
            raise DataError(f"two columns have the name {duplicate!r}", code="duplicate_name", file=str(path))
        if not names:
            raise DataError("the file has no columns", code="empty_data", file=str(path))
        return Source(path, table)

    def open_new(self, path: Path, expected: Layout) -> Source:  # noqa: ARG002
        return replace(self.open(path), is_new=True)
