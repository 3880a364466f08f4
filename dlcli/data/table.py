"""Tables of typed columns: what CSV and Parquet files are read into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

#: float64 holds every integer below this one
EXACT_INTEGERS = 2.0**53


@dataclass(frozen=True)
class NumericColumn:
    """Numbers; a missing one is NaN.

    Args:
        numbers: (N,) float64.
        integers: (N,) int64 or uint64, the numbers where float64 cannot tell them from their neighbors, any number
            where missing; None where it can.
    """

    numbers: np.ndarray
    integers: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def missing(self) -> np.ndarray:
        """(N,) bool."""
        missing: np.ndarray = np.isnan(self.numbers)
        return missing

    def values(self) -> np.ndarray:
        """(N,) the numbers, as integers where all of them are whole."""
        if self.integers is not None and not self.missing.any():
            return self.integers
        if not np.isfinite(self.numbers).all() or (np.abs(self.numbers) >= EXACT_INTEGERS).any():
            return self.numbers
        whole = self.numbers.astype(np.int64)
        return whole if np.array_equal(whole, self.numbers) else self.numbers

    def take(self, rows: np.ndarray | slice) -> NumericColumn:
        return NumericColumn(self.numbers[rows], None if self.integers is None else self.integers[rows])

    def hashes(self) -> np.ndarray:
        """(N,) int64: equal values have equal ones."""
        return np.where(self.missing, np.nan, self.numbers + 0.0).view(np.int64)


@dataclass(frozen=True)
class CategoricalColumn:
    """Words out of a few; a missing one has the code −1.

    Args:
        codes: (N,) positions in `categories`.
        categories: the distinct words, in any order.
    """

    codes: np.ndarray
    categories: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def missing(self) -> np.ndarray:
        """(N,) bool."""
        return self.codes < 0

    def values(self) -> np.ndarray:
        """(N,) the words; the empty one where missing."""
        words: np.ndarray = np.array([*self.categories, ""])[self.codes]
        return words

    def take(self, rows: np.ndarray | slice) -> CategoricalColumn:
        return CategoricalColumn(self.codes[rows], self.categories)

    def hashes(self) -> np.ndarray:
        """(N,) int64: equal words have equal ones, also in another column with other codes."""
        hashes: np.ndarray = np.array([*map(hash, self.categories), 0], dtype=np.int64)[self.codes]
        return hashes


Column = NumericColumn | CategoricalColumn
Kind = Literal["numeric", "categorical"]


def exact_integers(numbers: np.ndarray) -> np.ndarray | None:
    """Integers as they are, where float64 would change some of them; else None."""
    if numbers.dtype.kind not in "iu" or numbers.dtype.itemsize < 8 or not numbers.size:
        return None
    largest = max(abs(int(numbers.min())), abs(int(numbers.max())))
    return numbers if largest >= EXACT_INTEGERS else None


def column_of(values: Sequence[object] | np.ndarray) -> Column:
    """A column of plain values: numbers (None is missing), otherwise words."""
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
    """Columns of equal length by name, in order."""

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
