"""Several arrays with a common first axis, such as the targets or predictions of N examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias, TypeVar, cast

import numpy as np

#: Encoded targets of N examples: an array (N, …) or `Rows`; only their kind of targets and its task know which
EncodedTargets: TypeAlias = Any


@dataclass(frozen=True)
class Rows:
    """Base class of dataclasses whose fields are arrays (N, …) or `Rows`: the same N rows in several respects.

    Rows are selected like those of an array, with `rows.take(indices, axis=0)` or `rows[start:stop]`.
    """

    @property
    def columns(self) -> dict[str, np.ndarray | Rows]:
        """Field → its rows."""
        return vars(self)

    def with_columns(self, columns: Mapping[str, np.ndarray | Rows]) -> Self:
        """Return other rows in the same respects.

        Args:
            columns: Field → its rows.
        """
        return type(self)(**columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, rows: slice | np.ndarray) -> Self:
        return self.with_columns({name: column[rows] for name, column in self.columns.items()})

    def take(self, indices: np.ndarray, axis: int = 0) -> Self:
        """Return some of the rows, in the order of `indices`; the axis is 0, as in `numpy.ndarray.take`."""
        return self.with_columns({name: column.take(indices, axis=axis) for name, column in self.columns.items()})

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Return the rows of all parts, one part after another."""
        first = parts[0]
        return first.with_columns({name: concatenate([part.columns[name] for part in parts]) for name in first.columns})


def hashes(rows: np.ndarray | Rows) -> np.ndarray:
    """Return a hash of each row, (N,) int64; equal rows of the same type have equal hashes."""
    if isinstance(rows, Rows):
        rows = np.stack([hashes(column) for column in rows.columns.values()], axis=1)
    return np.array([hash(row.tobytes()) for row in rows.reshape(len(rows), -1)], dtype=np.int64)


R = TypeVar("R", bound=np.ndarray | Rows)


def concatenate(parts: Sequence[R]) -> R:
    """Return the rows of all parts, which are arrays or `Rows` of the same type."""
    items: Any = parts
    rows: Any = type(items[0]).concatenate(items) if isinstance(items[0], Rows) else np.concatenate(items)
    return cast(R, rows)
