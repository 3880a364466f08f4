"""JSON lines: one object per line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from dlcli.core import DataError, Inline, formatting, register
from dlcli.data.data_paths import read_bytes
from dlcli.data.decoding import decode_text, without_surrogates
from dlcli.data.formats.columns import Source, first_duplicate
from dlcli.data.formats.missing_values import ALWAYS, DEFAULTS, PLACEHOLDERS
from dlcli.data.formats.number_syntax import is_number
from dlcli.data.formats.signatures import reject_other_formats
from dlcli.data.formats.tables import ANY_TABLE, Layout, TableFormat, TableOptions
from dlcli.data.readers import WrittenClassNames
from dlcli.data.table import EXACT_INTEGERS

if TYPE_CHECKING:
    import pyarrow as pa

ONE_LINE = "write one object per line, as jq -c '.[]' does"

#: escapes of surrogates, in pairs or not
_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")


@register("format", "jsonl")
class Jsonl(TableFormat):
    """JSON lines (.jsonl), one object per line whose keys are the columns: numbers, words, texts, or lists of words.

    Without a text column, the file is read like CSV and Parquet. With a text column, the examples are texts; if text
    and label are lists, the text is a sentence of words, each with a label.

    Args:
        path: Path of the file; null only if split.files names a file for each split.
        test_path: Path of a separate test set; null = none.
        table: Roles of the columns and syntax of the cells.
        class_names: Names of the labels 0 … K−1 or of all labels in order, or a mapping of labels to names; null = the
            labels themselves.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the files; shown if they are not found.
    """

    endings: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson")

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

        content = read_bytes(path)
        reject_other_formats(content, path, "JSON lines")
        repaired: list[int] = []
        rows = [*objects(decode_text(content, "utf-8", path), path, None if self.table.text is None else repaired)]
        if not rows:
            raise DataError("the file is empty", code="empty_data", file=str(path))
        lines = [line for line, _ in rows]
        names = [*dict.fromkeys(name for _, row in rows for name in row)]
        if not names:
            raise DataError("its objects are empty", code="empty_data", file=str(path), line=lines[0])
        _check_one_document(path, rows)
        _check_names(path, rows)
        columns = {name: _column(path, name, [row.get(name) for _, row in rows], lines) for name in names}
        return Source(path, pa.table(columns), lines.__getitem__, warnings=_warnings(repaired, path))

    def open_new(self, path: Path, expected: Layout) -> Source:  # noqa: ARG002
        return replace(self.open(path), is_new=True)


def objects(text: str, path: Path, repaired: list[int] | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a text with their line numbers; blank lines are skipped.

    Args:
        text: JSON lines.
        path: Path of the file, for errors.
        repaired: List to append the numbers of lines with unpaired surrogates to, which are replaced; None = keep them.

    Raises:
        DataError: A line is not JSON, is not an object, or has a key twice.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, object_pairs_hook=_object)
        except (ValueError, RecursionError) as error:
            whole = _whole_document(text)
            if whole is not None:
                raise DataError(f"{whole}; {ONE_LINE}", code="wrong_format", file=str(path), line=number) from error
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            raise DataError(f"not JSON: {reason}", code="wrong_format", file=str(path), line=number) from error
        if not isinstance(row, dict):
            is_list_of_objects = isinstance(row, list) and bool(row) and all(isinstance(item, dict) for item in row)
            fix = f"; {ONE_LINE}" if is_list_of_objects else ""
            message = f"expected an object, {{…}}, got {line[:50]}{fix}"
            raise DataError(message, file=str(path), line=number)
        if repaired is not None and _ESCAPED.search(line):
            cleaned = _without_surrogates(row)
            repaired += [number] * (cleaned != row)
            row = cleaned
        yield number, row


def _without_surrogates(value: Any) -> Any:
    """Replace unpaired surrogates in a JSON value by U+FFFD."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def _warnings(repaired: list[int], path: Path) -> tuple[str, ...]:
    if not repaired:
        return ()
    lines = formatting.count(len(repaired), "line")
    return (f"{path.name}: unpaired surrogates are read as U+FFFD in {lines}, the first is line {repaired[0]}",)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Create an object from pairs with distinct keys.

    Raises:
        ValueError: A key occurs twice, so that one of its values would be lost.
    """
    duplicate = first_duplicate([key for key, _ in pairs])
    if duplicate is not None:
        raise ValueError(f"the key {duplicate!r} occurs twice")
    return dict(pairs)


def _whole_document(text: str) -> str | None:
    """Describe a text that is a single JSON document on several lines; None if it is not one."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return f"the file is one JSON array of {len(document)}" if isinstance(document, list) else "the file is one object"


def _check_one_document(path: Path, rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Reject a file with a single object that has the examples in a list.

    Raises:
        DataError: The file is such an object; the key names the list.
    """
    if len(rows) > 1:
        return
    line, row = rows[0]
    for key, value in row.items():
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            message = f"the file is one object with a list of {len(value)}; {ONE_LINE}"
            raise DataError(message, code="wrong_format", file=str(path), line=line, key=key)


def _check_names(path: Path, rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Reject keys with unpaired surrogates.

    Raises:
        DataError: There is such a key; the error has its line.
    """
    for line, row in rows:
        for name in row:
            try:
                name.encode()
            except UnicodeEncodeError as error:
                raise DataError(
                    f"the key {name!r} is not text", code="wrong_encoding", file=str(path), line=line
                ) from error


def _column(path: Path, name: str, values: list[Any], lines: Sequence[int]) -> pa.Array:
    """Collect the values of a key in all rows.

    Raises:
        DataError: The values have different types; the error has the line of the first that differs.
    """
    import pyarrow as pa

    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present}
    if str in kinds and kinds <= {str, int, float} and _are_numbers(present):
        return pa.array([value if value is None else str(value) for value in values], pa.string())
    try:
        if kinds <= {int, float} and any(isinstance(value, int) and abs(value) >= EXACT_INTEGERS for value in present):
            return pa.array([value if value is None else str(value) for value in values], pa.string())
        return pa.array(values, pa.float64() if kinds == {int, float} else None)
    except (pa.ArrowException, TypeError, ValueError, OverflowError, RecursionError) as error:
        kind = type(present[0])
        same = (int, float) if kind in (int, float) else (kind,)
        row = next((row for row, value in enumerate(values) if value is not None and type(value) not in same), None)
        if row is None:  # all of one type, such as lists of different values
            row = next((row for row, value in enumerate(values) if not _fits(value)), values.index(present[0]))
            message = f"it cannot be read: {' '.join(str(error).split())[:100]}"
        else:
            message = f"expected {kind.__name__} as above, got {json.dumps(values[row])[:50]}"
        raise DataError(message, file=str(path), line=lines[row], key=name) from error


def _fits(value: object) -> bool:
    """Return whether a value can be a cell of a column."""
    import pyarrow as pa

    try:
        pa.array([value])
    except (pa.ArrowException, TypeError, ValueError, OverflowError, RecursionError):
        return False
    return True


def _are_numbers(values: Sequence[str | int | float]) -> bool:
    """Return whether there are numbers, and all words are numbers or missing values."""
    words = [value.strip() for value in values if isinstance(value, str)]
    numbers = sum(map(is_number, words)) + len(values) - len(words)
    missing = (word in (*ALWAYS, *DEFAULTS) or word.lower() in PLACEHOLDERS or is_number(word) for word in words)
    return numbers > 0 and all(missing)
