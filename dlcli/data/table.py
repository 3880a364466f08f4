"""Tables of typed columns, which CSV and Parquet files are read into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

#: float64 holds every integer below this one
EXACT_INTEGERS = 2.0**53


@dataclass(frozen=True)
class NumericColumn:
    """A column of numbers; missing values are NaN.

    Args:
        numbers: (N,) float64 values.
        integers: (N,) int64 or uint64 values if float64 cannot represent them exactly, arbitrary where missing; None if
            float64 is exact.
    """

    numbers: np.ndarray
    integers: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def missing(self) -> np.ndarray:
        """(N,) bool mask of missing values."""
        missing: np.ndarray = np.isnan(self.numbers)
        return missing

    def values(self) -> np.ndarray:
        """Return the (N,) numbers, as integers if all of them are."""
        if self.integers is not None and not self.missing.any():
            return self.integers
        if not np.isfinite(self.numbers).all() or (np.abs(self.numbers) >= EXACT_INTEGERS).any():
            return self.numbers
        integers = self.numbers.astype(np.int64)
        return integers if np.array_equal(integers, self.numbers) else self.numbers

    def take(self, rows: np.ndarray | slice) -> NumericColumn:
        return NumericColumn(self.numbers[rows], None if self.integers is None else self.integers[rows])

    def hashes(self) -> np.ndarray:
        """Hash each value, (N,) int64; equal values have equal hashes."""
        return np.where(self.missing, np.nan, self.numbers + 0.0).view(np.int64)


@dataclass(frozen=True)
class CategoricalColumn:
    """A column of words; missing values have the code −1.

    Args:
        codes: (N,) indices into `categories`.
        categories: Distinct words, in any order.
    """

    codes: np.ndarray
    categories: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def missing(self) -> np.ndarray:
        """(N,) bool mask of missing values."""
        return self.codes < 0

    def values(self) -> np.ndarray:
        """Return the (N,) words, "" where missing."""
        words: np.ndarray = np.array([*self.categories, ""])[self.codes]
        return words

    def take(self, rows: np.ndarray | slice) -> CategoricalColumn:
        return CategoricalColumn(self.codes[rows], self.categories)

    def hashes(self) -> np.ndarray:
        """Hash each word, (N,) int64; equal words have equal hashes, whatever their codes."""
        hashes: np.ndarray = np.array([*map(hash, self.categories), 0], dtype=np.int64)[self.codes]
        return hashes


Column = NumericColumn | CategoricalColumn
Kind = Literal["numeric", "categorical"]


def exact_integers(numbers: np.ndarray) -> np.ndarray | None:
    """Return integers if float64 cannot represent all of them exactly, else None."""
    if numbers.dtype.kind not in "iu" or numbers.dtype.itemsize < 8 or not numbers.size:
        return None
    largest = max(abs(int(numbers.min())), abs(int(numbers.max())))
    return numbers if largest >= EXACT_INTEGERS else None


def column_of(values: Sequence[object] | np.ndarray) -> Column:
    """Create a column from plain values: numbers (None is missing), otherwise words."""
    array = np.asarray(values)
    if array.dtype.kind in "mM":
        times = array.astype(np.int64)
        return NumericColumn(np.where(np.isnat(array), np.nan, times.astype(np.float64)), times)
    if array.dtype.kind in "biuf":
        return NumericColumn(array.astype(np.float64), exact_integers(array))
    if all(value is None or isinstance(value, int | float) for value in array.tolist()):
        return NumericColumn(np.array([np.nan if value is None else value for value in array.tolist()], np.float64))
    words = ["" if value is None else str(value) for value in array.tolist()]
    categories, codes = np.unique(np.array(words), return_inverse=True)
    empty = np.flatnonzero(categories == "")
    return CategoricalColumn(np.where(np.isin(codes, empty), -1, codes), tuple(map(str, categories)))


@dataclass(frozen=True)
class Table:
    """Columns of equal length.

    Args:
        columns: Name → column, in order.
    """

    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns)

    def select(self, names: Sequence[str]) -> Table:
        return Table({name: self.columns[name] for name in names})

    def take(self, rows: np.ndarray | slice) -> Table:
        return Table({name: column.take(rows) for name, column in self.columns.items()})
