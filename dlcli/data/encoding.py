"""Encode tables as numbers: one-hot categories, and medians for missing values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import DataError, unknown_name
from dlcli.data.table import CategoricalColumn, Column, Kind, NumericColumn, Table

#: a column of more words than this is a name or an id, and its one-hot columns would exhaust the memory
MAX_CATEGORIES = 10_000


@dataclass(frozen=True)
class NumericFeature:
    """A numeric column, with an indicator of missing values if the training set has some.

    Args:
        name: Name of the column.
        median: Median of the training set, which replaces missing values.
        has_indicator: Whether a second column indicates missing values.
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
        """Write the encoded column to `out`, (n, 1 or 2)."""
        assert isinstance(column, NumericColumn)
        missing = column.missing
        out[:, 0] = np.where(missing, self.median, column.numbers)
        if self.has_indicator:
            out[:, 1] = missing

    def unknown(self, column: Column) -> int:  # noqa: ARG002
        """Return 0: every number is known."""
        return 0

    def to_json(self) -> dict[str, Any]:
        return {"kind": "numeric", "name": self.name, "median": self.median, "has_indicator": self.has_indicator}


@dataclass(frozen=True)
class CategoricalFeature:
    """A column of words, one-hot over the words of the training set; an unknown word is all zeros.

    Args:
        name: Name of the column.
        categories: Words of the training set, sorted.
        has_missing: Whether "missing" is an additional category, the last one.
    """

    kind: ClassVar[Kind] = "categorical"
    name: str
    categories: tuple[str, ...]
    has_missing: bool

    @classmethod
    def fit(cls, name: str, column: CategoricalColumn) -> CategoricalFeature:
        used = np.unique(column.codes)
        categories = sorted(column.categories[code] for code in used.tolist() if code >= 0)
        if len(categories) > MAX_CATEGORIES:
            raise DataError(
                f"column {name}: {len(categories)} different words in {len(column)} rows, too many for one-hot columns "
                f"(at most {MAX_CATEGORIES}); exclude the column, or list it under numeric if it has numbers",
                code="too_large",
            )
        return cls(name, tuple(categories), bool(column.missing.any()))

    @property
    def names(self) -> list[str]:
        words = [*self.categories, "<missing>"] if self.has_missing else self.categories
        return [f"{self.name}={word}" for word in words]

    def positions(self, column: CategoricalColumn) -> np.ndarray:
        """Return the (n,) one-hot column of each word, −1 for an unknown word."""
        known = {word: position for position, word in enumerate(self.categories)}
        missing = len(self.categories) if self.has_missing else -1
        positions = np.array([*(known.get(word, -1) for word in column.categories), missing])
        return positions.take(column.codes)

    def encode(self, column: Column, out: np.ndarray) -> None:
        """Write the one-hot columns to `out`, (n, number of categories)."""
        assert isinstance(column, CategoricalColumn)
        positions = self.positions(column)
        rows = np.flatnonzero(positions >= 0)
        out[:] = 0
        out[rows, positions[rows]] = 1

    def unknown(self, column: Column) -> int:
        """Count the rows with a word that the training set does not have."""
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
    """Encodes the columns of a table as columns of a matrix.

    Args:
        features: Encoded columns of the table, in order.
    """

    features: tuple[Feature, ...]

    @classmethod
    def fit(cls, table: Table) -> TableEncoder:
        """Fit medians and categories on the table of the training set.

        Raises:
            DataError: A column has no value, or too many categories.
        """
        features: list[Feature] = []
        for name, column in table.columns.items():
            if column.missing.all():
                raise DataError(
                    f"column {name}: every value in the training set is missing; exclude the column",
                    code="missing_value",
                )
            if isinstance(column, NumericColumn):
                features.append(NumericFeature.fit(name, column))
            else:
                features.append(CategoricalFeature.fit(name, column))
        return cls(tuple(features))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of the matrix."""
        return tuple(name for feature in self.features for name in feature.names)

    @property
    def scaled(self) -> np.ndarray:
        """(D,) bool mask of the numeric columns of the matrix, which are normalized; the others are 0 or 1."""
        flags = [
            feature.kind == "numeric" and index == 0 for feature in self.features for index in range(len(feature.names))
        ]
        return np.array(flags, dtype=bool)

    def encode(self, table: Table) -> np.ndarray:
        """Encode a table, (N, D) float64.

        Raises:
            DataError: A column is missing or of another kind.
        """
        matrix = np.empty((len(table), len(self.names)))
        start = 0
        for feature in self.features:
            stop = start + len(feature.names)
            feature.encode(self._column(feature, table), matrix[:, start:stop])
            start = stop
        return matrix

    def unknown_categories(self, table: Table) -> dict[str, int]:
        """Count the rows of each column with a word that the training set does not have."""
        counts = {feature.name: feature.unknown(self._column(feature, table)) for feature in self.features}
        return {name: count for name, count in counts.items() if count}

    def _column(self, feature: Feature, table: Table) -> Column:
        if feature.name not in table.columns:
            raise DataError(
                f"missing column {feature.name}: {unknown_name('column', feature.name, table.names)}",
                code="missing_column",
            )
        column = table.columns[feature.name]
        if isinstance(column, NumericColumn) != (feature.kind == "numeric"):
            message = f"expected column {feature.name} to be {feature.kind} as in the training data"
            raise DataError(message, code="wrong_type")
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
