"""Examples as they were read: nothing normalized, nothing encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcli.core import DataError, unknown_name
from dlcli.data.labels import ClassNames, TargetKind
from dlcli.data.table import Column, Table
from dlcli.data.text.stream import TextInputs, TextStream

#: how many numbers are worked on at a time: enough to hide Python's overhead, few enough to stay in the cache
CHUNK_SIZE = 1 << 17

#: rows of a wide table that are worked on at a time nevertheless, as each column of each chunk has its overhead
LEAST_ROWS = 256

#: how many numbers a chunk of a table may become
MOST_ENCODED = 1 << 23

Inputs = np.ndarray | Table


@dataclass(frozen=True)
class Examples:
    """Inputs and targets in the order of their file.

    Args:
        inputs: (N, …) array, possibly memory-mapped, a table of N rows, N texts, or one running text.
        targets: (N,) labels or values, (N, K) for several values, (N,) of objects that are a label for each word of a
            sentence; None where the file has none.
        ids: (N,) what the user knows an example by: row numbers unless the file says otherwise.
        feature_names: names of the inputs where they have some.
        target_names: names of the targets where they have some.
        fields: anything else known of each example, by which it can be grouped or ordered.
        spellings: (N,) how the file writes targets that are numbers, where that says more than the number, such as 001
            or true; None where it does not.
        place_of: where a row stands in its file, as arguments of a `DataError`; None where rows have no place.
        lines: (N,) line of the file, from 1, at which each begins; None where the file has no lines.
        uninformative: inputs that a warning already tells to leave out, such as row numbers.
        misread: inputs that a warning already says to be numbers which are read as words.
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

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def labels(self) -> np.ndarray:
        """(N,) the targets as the names of classes: words, or numbers where those say all."""
        assert self.targets is not None, "only examples with targets have labels"
        return self.targets if self.spellings is None else self.spellings

    @property
    def all_rows(self) -> np.ndarray:
        """(N,) the number of every example; of a running text, (2,) its first byte and the one behind its last."""
        return np.array([0, len(self)]) if isinstance(self.inputs, TextStream) else np.arange(len(self))

    def field(self, name: str, purpose: str) -> Column:
        """A column by which examples are divided.

        Args:
            name: of the column.
            purpose: the option of the split that names it.

        Raises:
            DataError: there is no such column.
        """
        if name not in self.fields:
            known = [*self.fields]
            hint = unknown_name("column", name, known) if known else "this data has no columns by name"
            raise DataError(f"{name!r}: {hint}", code="missing_column", key=purpose)
        return self.fields[name]

    def field_values(self, name: str, purpose: str) -> np.ndarray:
        """(N,) the values of a field.

        Raises:
            DataError: there is no such field, or an example lacks it.
        """
        column = self.field(name, purpose)
        if column.missing.any():
            rows = np.flatnonzero(column.missing)
            message = f"{len(rows)} examples have no {name!r}, the first is example {rows[0]}"
            raise DataError(message, key=purpose)
        return column.values()


@dataclass(frozen=True)
class RawData:
    """What a reader returns.

    Args:
        examples: everything but the given test set.
        test: the test set that comes with the data, if one does.
        fingerprint: file name → sha256.
        description: one line about the data.
        class_names: names of the labels 0 … K−1 or of the sorted labels, or label → name.
        target_kind: what the targets are where the reader knows it, else None.
        warnings: what the user should hear about the files.
    """

    examples: Examples
    fingerprint: Mapping[str, str]
    description: str
    test: Examples | None = None
    class_names: ClassNames | None = None
    target_kind: TargetKind | None = None
    warnings: tuple[str, ...] = ()


def row_numbers(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.int64)


def row_chunks(
    inputs: Inputs, rows: np.ndarray | None = None, *, encoded_width: int | None = None
) -> Iterator[tuple[slice, Inputs]]:
    """The rows of `inputs` a few at a time, each with its place among `rows`; memory stays bounded.

    Args:
        inputs: array or table.
        rows: (n,) which of them; None = all.
        encoded_width: number of columns that a table becomes; None = as many as it has.
    """
    count = len(inputs) if rows is None else len(rows)
    if isinstance(inputs, Table):
        width = max(len(inputs.columns), 1)
        step = max(CHUNK_SIZE // width, LEAST_ROWS)
        step = max(1, min(step, MOST_ENCODED // max(encoded_width or width, 1)))
    else:
        step = max(1, CHUNK_SIZE // max(inputs.size // max(len(inputs), 1), 1))
    for start in range(0, count, step):
        place = slice(start, min(start + step, count))
        chosen = place if rows is None else rows[place]
        yield place, inputs.take(chosen) if isinstance(inputs, Table) else inputs[chosen]


def check_numbers(inputs: np.ndarray, what: str, file: str | None = None) -> None:
    """Refuse arrays that are not finite numbers.

    Raises:
        DataError: another type, no example, or NaN or infinity, with how many and where.
    """
    if inputs.dtype.kind not in "biuf":
        raise DataError(f"{what} has the type {inputs.dtype}; numbers are expected", code="wrong_type", file=file)
    if inputs.ndim == 0 or inputs.size == 0:
        raise DataError(f"{what} has the shape {inputs.shape}: there is no example in it", code="empty_data", file=file)
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
