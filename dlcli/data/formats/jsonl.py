"""JSON lines: an object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from dlcli.data.decoding import decoded
from dlcli.data.formats.columns import Source
from dlcli.data.formats.tables import Layout, TableFormat, TableOptions
from dlcli.data.places import read_bytes
from dlcli.data.readers import WrittenClassNames
from dlcli.data.table import EXACT_INTEGERS
from dlcli.errors import DataError
from dlcli.registry import register


@register("format", "jsonl")
class Jsonl(TableFormat):
    """A JSON object a line, whose keys are the columns (.jsonl): numbers, words, texts, or lists of words.

    Without a text, it is read as CSV and Parquet are. With one, the examples are texts; where text and label are lists,
    the text is a sentence of these words, and each of them has its label.

    Args:
        path: the file; null only where split.files names one for each split.
        test_path: the file with the given test set; null = none.
        text: the column of the texts, which are then all there is to predict from; null = none is a text.
        label: the column to predict; a list of columns for several values; null = the last column that is no text.
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

    endings: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson")

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

        text = decoded(read_bytes(path), "utf-8", path)
        rows = [*objects(text, path)]
        if not rows:
            raise DataError("the file is empty", file=str(path))
        lines = [line for line, _ in rows]
        columns = {}
        for name in dict.fromkeys(name for _, row in rows for name in row):
            values = [row.get(name) for _, row in rows]
            try:
                columns[name] = pa.array(_as_text(values) if _has_large_integer(values) else values)
            except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
                kind = type(next(value for value in values if value is not None))
                row = next((row for row, value in enumerate(values) if not isinstance(value, kind | None)), 0)
                found = f"expected {kind.__name__} as above, found {json.dumps(values[row])[:50]}"
                raise DataError(found, file=str(path), line=lines[row], key=name) from error
        if not columns:
            raise DataError("its objects are empty", file=str(path), line=lines[0])
        return Source(path, pa.table(columns), lines.__getitem__)

    def open_new(self, path: Path, expected: Layout) -> Source:  # noqa: ARG002
        return self.open(path)


def _has_large_integer(values: Sequence[Any]) -> bool:
    """Whether some of a column of numbers are integers that float64, or Arrow beside fractions, cannot hold."""
    numbers = [value for value in values if value is not None]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in numbers):
        return False
    return any(isinstance(value, int) and abs(value) >= EXACT_INTEGERS for value in numbers)


def _as_text(values: Sequence[Any]) -> list[str | None]:
    return [None if value is None else repr(value) for value in values]


def objects(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a text and the numbers of their lines; empty lines have none.

    Raises:
        DataError: a line is no JSON, or no object.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            raise DataError(f"not JSON: {reason}", file=str(path), line=number) from error
        if not isinstance(row, dict):
            raise DataError(f"expected an object, {{…}}, found {line[:50]}", file=str(path), line=number)
        yield number, row
