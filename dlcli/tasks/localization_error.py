"""Error of a localization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from dlcli.core import register
from dlcli.data import BOX_COLUMNS, Objects, Rows
from dlcli.metrics import localization_errors
from dlcli.tasks.error_measure import ErrorMeasure, ExampleErrors
from dlcli.tasks.object_predictions import PRESENT, ObjectPredictions
from dlcli.tasks.predictions import Predictions


@register("error_measure", "localization_error")
class LocalizationError(ErrorMeasure):
    """Mean of 1 − IoU over all images; a missed object, and one predicted in an empty image, have the error 1."""

    metric: ClassVar[str] = "localization_error"
    largest: ClassVar[float] = 1.0

    def errors(self, predictions: Predictions, truth: np.ndarray | Rows) -> ExampleErrors:
        assert isinstance(predictions, ObjectPredictions)
        assert isinstance(truth, Objects)
        return ExampleErrors(localization_errors(predictions.objects(), truth))

    def errors_of_records(self, records: Sequence[Mapping[str, Any]]) -> ExampleErrors:
        predicted = _objects([record if record["presence"] > PRESENT else None for record in records])
        return ExampleErrors(localization_errors(predicted, _objects([record["target"] for record in records])))

    def baseline(
        self,
        train: np.ndarray | Rows,
        truth: np.ndarray | Rows,
        class_names: Sequence[str],  # noqa: ARG002
    ) -> tuple[str, ExampleErrors]:
        assert isinstance(train, Objects)
        assert isinstance(truth, Objects)
        is_present = bool(train.present.mean() >= 0.5)
        box = train.boxes[train.present].mean(axis=0, dtype=np.float64)
        rows = [dict(zip(BOX_COLUMNS, box.tolist(), strict=True)) if is_present else None]
        constant = _objects(rows * len(truth))
        name = "the training mean box" if is_present else "no object"
        return f"always {name}", ExampleErrors(localization_errors(constant, truth))


def _objects(rows: Sequence[Mapping[str, Any] | None]) -> Objects:
    """Return the objects of rows with a box each; None for an image without one."""
    boxes = [[0.0] * len(BOX_COLUMNS) if row is None else [row[name] for name in BOX_COLUMNS] for row in rows]
    present = np.array([row is not None for row in rows], bool)
    return Objects(present, np.array(boxes, np.float64).reshape(-1, 4), np.zeros(len(rows), np.int64))
