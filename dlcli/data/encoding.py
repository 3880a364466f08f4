"""From a table to numbers: categories one-hot, missing values filled in, as the training set shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import DataError, unknown_name
from dlcli.data.table import CategoricalColumn, Column, Kind, NumericColumn, Table

#: a column of more words than this is a name or an id, and would fill the memory with zeros
MOST_CATEGORIES = 10_000


@dataclass(frozen=True)
class NumericFeature:
    """A column of numbers: itself, and beside it whether it was missing if the training set lacks some.

    Args:
        name: of the column.
        median: of the training set, in place of a missing number.
        has_indicator: whether the second column is there.
    """

    kind: ClassVar[Kind] = "numeric"
    name: str
    median: float
    has_indicator: bool

    @classmethod
    def fit(cls, name: str, column: NumericColumn) -> NumericFeature:
        missing = column.missing
        return cls(name, float(np.median(column.numbers[~missing])), bool(missing.any()))

    @property
    def names(self) -> list[str]:
        return [self.name, f"{self.name} is missing"] if self.has_indicator else [self.name]

    def encode(self, column: Column, out: np.ndarray) -> None:
        """Fill `out`, (n, 1 or 2)."""
        assert isinstance(column, NumericColumn)
        missing = column.missing
        out[:, 0] = np.where(missing, self.median, column.numbers)
        if self.has_indicator:
            out[:, 1] = missing

    def unknown(self, column: Column) -> int:  # noqa: ARG002
        """None: every number is known."""
        return 0

    def to_json(self) -> dict[str, Any]:
        return {"kind": "numeric", "name": self.name, "median": self.median, "has_indicator": self.has_indicator}


@dataclass(frozen=True)
class CategoricalFeature:
    """A column of words: one-hot over the training set's words; an unknown word is all zeros.

    Args:
        name: of the column.
        categories: the words of the training set, sorted.
        has_missing: whether "missing" is one more category, the last.
    """

    kind: ClassVar[Kind] = "categorical"
    name: str
    categories: tuple[str, ...]
    has_missing: bool

    @classmethod
    def fit(cls, name: str, column: CategoricalColumn) -> CategoricalFeature:
        used = np.unique(column.codes)
        categories = sorted(column.categories[code] for code in used.tolist() if code >= 0)
        if len(categories) > MOST_CATEGORIES:
            raise DataError(
                f"column {name}: {len(categories)} different words in {len(column)} rows cannot become one-hot columns "
                f"(at most {MOST_CATEGORIES}); list it under exclude, or under numeric if it holds numbers",
                code="too_large",
            )
        return cls(name, tuple(categories), bool(column.missing.any()))

    @property
    def names(self) -> list[str]:
        words = [*self.categories, "<missing>"] if self.has_missing else self.categories
        return [f"{self.name}={word}" for word in words]

    def positions(self, column: CategoricalColumn) -> np.ndarray:
        """(n,) the column of each word in the one-hot block, −1 for an unknown one."""
        known = {word: position for position, word in enumerate(self.categories)}
        missing = len(self.categories) if self.has_missing else -1
        positions = np.array([*(known.get(word, -1) for word in column.categories), missing])
        return positions.take(column.codes)

    def encode(self, column: Column, out: np.ndarray) -> None:
        """Fill `out`, (n, number of categories)."""
        assert isinstance(column, CategoricalColumn)
        positions = self.positions(column)
        rows = np.flatnonzero(positions >= 0)
        out[:] = 0
        out[rows, positions[rows]] = 1

    def unknown(self, column: Column) -> int:
        """How many rows have a word that the training set does not have."""
        assert isinstance(column, CategoricalColumn)
        return int((self.positions(column) < 0).sum())

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": "categorical",
            "name": self.name,
            "categories": list(self.categories),
            "has_missing": self.has_missing,
        }


Feature = NumericFeature | CategoricalFeature


@dataclass(frozen=True)
class TableEncoder:
    """The columns of a table as the columns of a matrix, feature by feature."""

    features: tuple[Feature, ...]

    @classmethod
    def fit(cls, table: Table) -> TableEncoder:
        """Medians and categories of the training set's table.

        Raises:
            DataError: a column without a value, or with too many categories.
        """
        features: list[Feature] = []
        for name, column in table.columns.items():
            if column.missing.all():
                raise DataError(
                    f"column {name}: every value in the training set is missing; list it under exclude",
                    code="missing_value",
                )
            if isinstance(column, NumericColumn):
                features.append(NumericFeature.fit(name, column))
            else:
                features.append(CategoricalFeature.fit(name, column))
        return cls(tuple(features))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the matrix's columns."""
        return tuple(name for feature in self.features for name in feature.names)

    @property
    def scaled(self) -> np.ndarray:
        """(D,) bool: which columns of the matrix are numbers, to be normalized; the others are 0 or 1."""
        flags = [
            feature.kind == "numeric" and place == 0 for feature in self.features for place in range(len(feature.names))
        ]
        return np.array(flags, dtype=bool)

    def encode(self, table: Table) -> np.ndarray:
        """(N, D) float64.

        Raises:
            DataError: a column is absent or of the other kind.
        """
        matrix = np.empty((len(table), len(self.names)))
        start = 0
        for feature in self.features:
            stop = start + len(feature.names)
            feature.encode(self._column(feature, table), matrix[:, start:stop])
            start = stop
        return matrix

    def unknown_categories(self, table: Table) -> dict[str, int]:
        """How many rows of each column have a word that the training set does not have."""
        counts = {feature.name: feature.unknown(self._column(feature, table)) for feature in self.features}
        return {name: count for name, count in counts.items() if count}

    def _column(self, feature: Feature, table: Table) -> Column:
        if feature.name not in table.columns:
            raise DataError(
                f"there is no column {feature.name}: {unknown_name('column', feature.name, table.names)}",
                code="missing_column",
            )
        column = table.columns[feature.name]
        if isinstance(column, NumericColumn) != (feature.kind == "numeric"):
            raise DataError(f"column {feature.name} was {feature.kind} in the training data and is not here")
        return column

    def to_json(self) -> list[dict[str, Any]]:
        return [feature.to_json() for feature in self.features]

    @classmethod
    def from_json(cls, document: Sequence[dict[str, Any]]) -> TableEncoder:
        features: list[Feature] = []
        for entry in document:
            if entry["kind"] == "numeric":
                features.append(NumericFeature(entry["name"], entry["median"], entry["has_indicator"]))
            else:
                features.append(CategoricalFeature(entry["name"], tuple(entry["categories"]), entry["has_missing"]))
        return cls(tuple(features))
