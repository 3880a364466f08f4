"""Raw examples, neither normalized nor encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcli.core import DataError, formatting, unknown_name
from dlcli.data.table import Column, Table
from dlcli.data.text.stream import TextInputs, TextStream

#: number of values to process at a time: large enough to hide Python's overhead, small enough for the cache
CHUNK_SIZE = 1 << 17

#: minimum number of rows of a chunk of a wide table, since each column of each chunk has an overhead
MIN_ROWS = 256

#: maximum number of encoded values of a chunk of a table
MAX_ENCODED = 1 << 23

Inputs = np.ndarray | Table


@dataclass(frozen=True)
class Examples:
    """Inputs and targets in the order of their file.

    Args:
        inputs: (N, …) array, possibly memory-mapped, a table of N rows, N texts, or one continuous text.
        targets: (N,) labels or values, (N, K) several values each, or (N,) tuples with a label for each word of a
            sentence; None = no targets.
        ids: (N,) names of the examples for the user: row numbers unless the file has others.
        feature_names: Names of the inputs; empty if they have none.
        target_names: Names of the targets; empty if they have none.
        fields: Other columns, by which examples can be grouped or ordered.
        spellings: (N,) spelling of numeric targets in the file if it says more than the number, such as 001 or true;
            None = the numbers say all.
        place_of: Function from a row number to its place in the file, as arguments of a `DataError`; None = rows have
            no place.
        lines: (N,) 1-based line at which each example begins; None = the file has no lines.
        uninformative: Inputs that a warning already recommends to drop, such as row numbers.
        misread: Inputs that a warning already reports as numbers that are read as words.
        targets_error: Reason why the columns of targets are not one array of targets: an empty cell, or words among
            several targets; only targets that are read column by column can be used.
    """

    inputs: Inputs | TextInputs
    targets: np.ndarray | None
    ids: np.ndarray
    feature_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    fields: Mapping[str, Column] = field(default_factory=dict)
    spellings: np.ndarray | None = None
    place_of: Callable[[int], Mapping[str, Any]] | None = None
    lines: np.ndarray | None = None
    uninformative: frozenset[str] = frozenset()
    misread: frozenset[str] = frozenset()
    targets_error: DataError | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def labels(self) -> np.ndarray:
        """(N,) targets as class labels: spellings if there are some, else the targets themselves."""
        assert self.targets is not None, "only examples with targets have labels"
        return self.targets if self.spellings is None else self.spellings

    @property
    def all_rows(self) -> np.ndarray:
        """(N,) row numbers of all examples; for continuous text, (2,) first byte and stop byte."""
        return np.array([0, len(self)]) if isinstance(self.inputs, TextStream) else np.arange(len(self))

    def field(self, name: str, purpose: str) -> Column:
        """Return a column by which examples are divided.

        Args:
            name: Name of the column.
            purpose: Option of the split that names the column.

        Raises:
            DataError: The column does not exist.
        """
        if name not in self.fields:
            known = [*self.fields]
            hint = unknown_name("column", name, known) if known else "this data has no named columns"
            raise DataError(f"{name!r}: {hint}", code="missing_column", key=purpose)
        return self.fields[name]

    def field_values(self, name: str, purpose: str) -> np.ndarray:
        """Return the (N,) values of a field.

        Raises:
            DataError: The field does not exist, or a value is missing.
        """
        column = self.field(name, purpose)
        if column.missing.any():
            rows = np.flatnonzero(column.missing)
            examples = formatting.count(len(rows), "example")
            message = f"{name!r} is missing in {examples}, the first is example {rows[0]}"
            raise DataError(message, code="missing_value", key=purpose)
        return column.values()


def row_numbers(count: int) -> np.ndarray:
    """Return (count,) int64 row numbers from 0."""
    return np.arange(count, dtype=np.int64)


def row_chunks(
    inputs: Inputs, rows: np.ndarray | None = None, *, encoded_width: int | None = None
) -> Iterator[tuple[slice, Inputs]]:
    """Yield chunks of rows, each with its slice of `rows`, so that memory stays bounded.

    Args:
        inputs: Array or table.
        rows: (n,) row numbers to use; None = all rows.
        encoded_width: Number of columns of an encoded table; None = as many as the table has.
    """
    count = len(inputs) if rows is None else len(rows)
    if isinstance(inputs, Table):
        width = max(len(inputs.columns), 1)
        step = max(CHUNK_SIZE // width, MIN_ROWS)
        step = max(1, min(step, MAX_ENCODED // max(encoded_width or width, 1)))
    else:
        step = max(1, CHUNK_SIZE // max(inputs.size // max(len(inputs), 1), 1))
    for start in range(0, count, step):
        chunk = slice(start, min(start + step, count))
        selection = chunk if rows is None else rows[chunk]
        yield chunk, inputs.take(selection) if isinstance(inputs, Table) else inputs[selection]


def check_numbers(inputs: np.ndarray, what: str, file: str | None = None) -> None:
    """Check that an array has examples and finite numbers.

    Raises:
        DataError: The type is not numeric, there are no examples, or values are NaN or infinite; the message has their
            number and the first position.
    """
    if inputs.dtype.kind not in "biuf":
        raise DataError(f"{what} has type {inputs.dtype}; expected numbers", code="wrong_type", file=file)
    if inputs.ndim == 0 or inputs.size == 0:
        raise DataError(f"{what} has shape {inputs.shape}, so it has no examples", code="empty_data", file=file)
    if inputs.dtype.kind != "f":
        return
    nans = wrong = 0
    first: Sequence[int] = ()
    for place, chunk in row_chunks(inputs):
        assert isinstance(chunk, np.ndarray)
        with np.errstate(over="ignore"):
            finite = np.isfinite(chunk.astype(np.float32, copy=False))
        if finite.all():
            continue
        if not first:
            position = np.argwhere(~finite)[0]
            first = [place.start + int(position[0]), *map(int, position[1:])]
        nans += int(np.isnan(chunk).sum())
        wrong += int((~finite).sum())
    if first:
        raise DataError(
            f"{what} has {nans} NaN and {wrong - nans} infinite values (as float32), the first at {list(first)}",
            code="non_finite",
            file=file,
        )
