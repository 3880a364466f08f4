"""At most one object in each image, with its box and its class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import ConfigError, DataError, formatting, register, unknown_name
from dlcli.data.examples import Examples
from dlcli.data.labels import distinct_labels
from dlcli.data.rows import Rows
from dlcli.data.table import Column, Kind
from dlcli.data.targets.classes import ClassLabels
from dlcli.data.targets.places import (
    ROUNDING,
    check_cells,
    coordinates,
    refuse_normalization,
    target_columns,
)
from dlcli.data.targets.target import FitOptions, Targets
from dlcli.data.text.vocabulary import Vocabulary

#: columns of a box: its center from the left and from the top, and its size, as fractions of the image
BOX_COLUMNS = ("x", "y", "height", "width")

#: name of the class of all objects if the data has no column of classes
ANY_OBJECT = "object"


@dataclass(frozen=True)
class Objects(Rows):
    """At most one object in each of N images; box and class are never read where there is none.

    Args:
        present: Whether the image has an object (N,) bool.
        boxes: Box (N, 4): center x and y, height and width, as fractions of the image.
        classes: Index of the class (N,) int64.
    """

    present: np.ndarray
    boxes: np.ndarray
    classes: np.ndarray


@register("targets", "boxes")
@dataclass(frozen=True)
class ObjectBoxes(Targets):
    """At most one object in each image, from the columns `x`, `y`, `height` and `width` and a column of classes.

    The cells of an image without an object are empty. Without a column of classes, all objects are of one class.

    Args:
        classes: Classes of the objects; their column may have any name.
    """

    plural: ClassVar[str] = "boxes"
    are_places: ClassVar[bool] = True
    classes: ClassLabels

    @classmethod
    def fit(cls, examples: Examples, rows: np.ndarray, options: FitOptions) -> ObjectBoxes:
        refuse_normalization(options.normalization)
        _, is_present = _boxes(examples)
        return cls(_fit_classes(examples, is_present, rows, options))

    def encode(self, examples: Examples, rows: np.ndarray, split: str) -> Objects | None:
        if not examples.target_names:
            return None
        boxes, is_present = _boxes(examples)
        classes = np.zeros(len(rows), np.int64)
        present = is_present[rows]
        if self.classes.column is not None and present.any():
            column = examples.fields[self.classes.column].take(rows[present])
            classes[present] = self.classes.indices(column.values(), split)
        return Objects(present, boxes[rows].astype(np.float32), classes)

    @classmethod
    def strata(cls, examples: Examples) -> np.ndarray:
        """Return the class of each object as text (N,), "" for an image without one."""
        name = _class_column(examples)
        if name is None:
            return _boxes(examples)[1].astype(np.int64)
        column = examples.fields[name]
        classes: np.ndarray = np.where(column.missing, "", column.values().astype(str))
        return classes

    @classmethod
    def remarks(cls, examples: Examples, rows: np.ndarray) -> Iterator[str]:
        _, is_present = _boxes(examples)
        if is_present[rows].all():
            yield "every training image has an object: whether there is one cannot be learned"

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.classes.columns, *BOX_COLUMNS)

    def column_kinds(self, columns: Sequence[str]) -> dict[str, Kind]:
        kinds: dict[str, Kind] = dict.fromkeys([name for name in columns if name in BOX_COLUMNS], "numeric")
        return kinds | self.classes.column_kinds([name for name in columns if name == self.classes.column])

    def describe(self, encoded: Any) -> list[str]:
        return [
            f"{name} at {', '.join(f'{BOX_COLUMNS[k]} {formatting.number(box[k])}' for k in range(4))}"
            if is_present
            else "no object"
            for is_present, box, name in zip(
                encoded.present.tolist(), encoded.boxes.tolist(), self.classes.describe(encoded.classes), strict=True
            )
        ]

    def to_json(self) -> dict[str, Any]:
        return {"kind": "boxes", "classes": self.classes.to_json()}

    @classmethod
    def from_json(cls, document: dict[str, Any], vocabulary: Vocabulary | None = None) -> ObjectBoxes:  # noqa: ARG003
        return cls(ClassLabels.from_json(document["classes"]))


def _class_column(examples: Examples) -> str | None:
    """Return the name of the column of classes; None if there is none.

    Raises:
        DataError: A column of the boxes is missing, or there are several other columns.
    """
    columns = target_columns(examples, ObjectBoxes.plural)
    for name in BOX_COLUMNS:
        if name not in columns:
            hint = unknown_name("target column", name, columns)
            message = f"boxes require the columns {', '.join(BOX_COLUMNS)}; {name!r}: {hint}"
            raise DataError(message, code="missing_column", key="targets")
    others = [name for name in columns if name not in BOX_COLUMNS]
    if len(others) > 1:
        message = f"expected one column of classes besides {', '.join(BOX_COLUMNS)}, got {', '.join(others)}"
        raise ConfigError(message, code="conflicting_options", key="targets")
    return others[0] if others else None


def _fit_classes(examples: Examples, is_present: np.ndarray, rows: np.ndarray, options: FitOptions) -> ClassLabels:
    train = rows[is_present[rows]]
    if not len(train):
        raise DataError("no training image has an object", code="too_few_examples", key="targets")
    name = _class_column(examples)
    if name is None:
        return ClassLabels((ANY_OBJECT,), (ANY_OBJECT,), None, (len(train),))
    column = examples.fields[name]
    labels = column.take(train).values()
    distinct = np.unique(labels)
    if len(distinct) == 1 and not options.class_names:
        label = distinct.tolist()[0]
        return ClassLabels((str(label),), (label,), name, (len(train),))
    known = distinct_labels(column.take(np.flatnonzero(is_present)).values()) if options.class_names else None
    return ClassLabels.of(labels, options.class_names, name, known)


def _boxes(examples: Examples) -> tuple[np.ndarray, np.ndarray]:
    """Return the checked boxes (N, 4), 0 where there is no object, and whether each image has an object (N,).

    Raises:
        DataError: A box is incomplete, has no area, or leaves the image; the error has its place.
    """
    name = _class_column(examples)
    boxes = coordinates(examples, BOX_COLUMNS)
    is_present = _complete(examples, boxes, None if name is None else examples.fields[name], name)
    boxes[~is_present] = 0
    _check_area(examples, boxes, is_present)
    return _inside(examples, boxes), is_present


def _complete(examples: Examples, boxes: np.ndarray, classes: Column | None, name: str | None) -> np.ndarray:
    """Return whether each image has an object (N,).

    Raises:
        DataError: Some of the cells of an image are empty, and others are not.
    """
    names = [*BOX_COLUMNS, *([] if name is None else [name])]
    missing = np.isnan(boxes)
    if classes is not None:
        missing = np.column_stack([missing, classes.missing])
    is_empty = missing.all(axis=1)
    check_cells(
        examples,
        missing & ~is_empty[:, None],
        names,
        lambda *_: f"the cell is empty; an image has all of {', '.join(names)}, or none of them if it has no object",
        "missing_value",
    )
    is_present: np.ndarray = ~is_empty
    return is_present


def _check_area(examples: Examples, boxes: np.ndarray, is_present: np.ndarray) -> None:
    sizes, names = boxes[:, 2:], BOX_COLUMNS[2:]

    def message(row: int, column: int) -> str:
        return f"the box has no area: its {names[column]} is {formatting.number(sizes[row, column])}"

    check_cells(examples, (sizes <= 0) & is_present[:, None], names, message, "out_of_range")


def _inside(examples: Examples, boxes: np.ndarray) -> np.ndarray:
    """Return the boxes; those that leave the image by no more than rounding are cut at its border.

    Raises:
        DataError: A box leaves the image by more.
    """
    centers, halves = boxes[:, :2], boxes[:, :1:-1] / 2  # x belongs to the width, y to the height
    low, high = centers - halves, centers + halves

    def message(row: int, column: int) -> str:
        bounds = f"{formatting.number(low[row, column])} to {formatting.number(high[row, column])}"
        return f"the box leaves the image: it is from {bounds}, expected fractions of the image from 0 to 1"

    check_cells(examples, (low < -ROUNDING) | (high > 1 + ROUNDING), BOX_COLUMNS[:2], message, "out_of_range")
    is_out = ((low < 0) | (high > 1)).any(axis=1)
    low, high = np.clip(low[is_out], 0, 1), np.clip(high[is_out], 0, 1)
    boxes[is_out] = np.concatenate([(low + high) / 2, (high - low)[:, ::-1]], axis=1)
    return boxes
