"""Points in each image, some of which may be invisible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import DataError, formatting, register
from dlcli.data.examples import Examples
from dlcli.data.rows import Rows
from dlcli.data.table import Kind
from dlcli.data.targets.places import ROUNDING, check_cells, coordinates, refuse_normalization, target_columns
from dlcli.data.targets.target import FitOptions, Targets
from dlcli.data.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class Points(Rows):
    """K points in each of N images; a point is never read where it is not visible.

    Args:
        points: Coordinates (N, K, 2): x from the left and y from the top, as fractions of the image.
        visible: Whether each point is visible (N, K) bool.
    """

    points: np.ndarray
    visible: np.ndarray


@register("targets", "landmarks")
@dataclass(frozen=True)
class Landmarks(Targets):
    """Points in each image, each from the columns `<name>_x` and `<name>_y`; both are empty where it is invisible.

    Args:
        names: Names of the K points.
    """

    plural: ClassVar[str] = "landmarks"
    are_places: ClassVar[bool] = True
    names: tuple[str, ...]

    @classmethod
    def fit(cls, examples: Examples, rows: np.ndarray, options: FitOptions) -> Landmarks:
        refuse_normalization(options.normalization)
        names = _point_names(examples)
        visible = _points(examples, names)[1]
        unseen = np.flatnonzero(~visible[rows].any(axis=0))
        if len(unseen):
            message = f"{names[unseen[0]]} is not visible in any training image"
            raise DataError(message, code="too_few_examples", key="targets")
        return cls(names)

    def encode(self, examples: Examples, rows: np.ndarray, split: str) -> Points | None:  # noqa: ARG002
        if not examples.target_names:
            return None
        points, visible = _points(examples, self.names)
        return Points(points[rows].astype(np.float32), visible[rows])

    @classmethod
    def remarks(cls, examples: Examples, rows: np.ndarray) -> Iterator[str]:
        names = _point_names(examples)
        invisible = (~_points(examples, names)[1][rows]).sum(axis=0)
        for name, count in zip(names, invisible.tolist(), strict=True):
            if count:
                yield f"{name} is invisible in {count} of {formatting.count(len(rows), 'training image')}"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(f"{name}_{axis}" for name in self.names for axis in "xy")

    def column_kinds(self, columns: Sequence[str]) -> dict[str, Kind]:
        return dict.fromkeys(columns, "numeric")

    def describe(self, encoded: Any) -> list[str]:
        texts = []
        for points, visible in zip(encoded.points.tolist(), encoded.visible.tolist(), strict=True):
            seen = [(name, *point) for name, point, is_seen in zip(self.names, points, visible, strict=True) if is_seen]
            texts.append(", ".join(f"{name} {formatting.number(x)} {formatting.number(y)}" for name, x, y in seen))
        return texts

    def to_json(self) -> dict[str, Any]:
        return {"kind": "landmarks", "names": list(self.names)}

    @classmethod
    def from_json(cls, document: dict[str, Any], vocabulary: Vocabulary | None = None) -> Landmarks:  # noqa: ARG003
        return cls(tuple(document["names"]))


def _point_names(examples: Examples) -> tuple[str, ...]:
    """Return the names of the points in the order of their columns.

    Raises:
        DataError: A column is not one of two coordinates.
    """
    columns = target_columns(examples, Landmarks.plural)
    for name in columns:
        other = f"{name[:-1]}{'y' if name.endswith('x') else 'x'}"
        if not name.endswith(("_x", "_y")) or other not in columns:
            expected = f"; expected {other}, too" if name.endswith(("_x", "_y")) else ""
            message = f"landmarks are pairs of columns <name>_x and <name>_y, got {name}{expected}"
            raise DataError(message, code="missing_column", key="targets")
    return tuple(name[:-2] for name in columns if name.endswith("_x"))


def _points(examples: Examples, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the checked points (N, K, 2), 0 where invisible, and whether each is visible (N, K).

    Raises:
        DataError: A point has one coordinate, or is outside the image; the error has its place.
    """
    columns = [f"{name}_{axis}" for name in names for axis in "xy"]
    flat = coordinates(examples, columns)  # (N, 2 K)
    points = flat.reshape(len(flat), -1, 2)
    missing = np.isnan(points)
    visible = ~missing.any(axis=2)
    is_half = missing & ~missing.all(axis=2, keepdims=True)
    half_message = "the coordinate is missing, but the other one of the point is not; an invisible point has neither"
    check_cells(examples, is_half.reshape(flat.shape), columns, lambda *_: half_message, "missing_value")
    check_cells(
        examples,
        (flat < -ROUNDING) | (flat > 1 + ROUNDING),
        columns,
        lambda row, column: f"expected a fraction of the image from 0 to 1, got {formatting.number(flat[row, column])}",
        "out_of_range",
    )
    points[~visible] = 0
    return np.clip(points, 0, 1), visible
