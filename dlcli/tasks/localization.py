"""Localization: whether an image has an object, its box and its class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import numpy as np

from dlcli.core import register
from dlcli.data import BOX_COLUMNS, ObjectBoxes, Objects, Rows, Targets
from dlcli.losses import LocalizationLoss, LocalizationSquaredError, Loss, OutputForm
from dlcli.tasks.error_measure import ErrorMeasure
from dlcli.tasks.localization_error import LocalizationError
from dlcli.tasks.object_predictions import PRESENT, ObjectPredictions
from dlcli.tasks.predictions import Predictions
from dlcli.tasks.task import Task


@register("task", "localization")
class Localization(Task):
    """Whether an image has an object, its box and its class, from `[p_c, b_x, b_y, b_h, b_w, c_1 … c_K]` (CS 230).

    Box and class of an image without an object count neither in the loss nor in the metrics.

    Args:
        loss: Loss to minimize; null is localization_squared_error.
    """

    targets: ClassVar[type[Targets]] = ObjectBoxes
    predictions_type: ClassVar[type[Predictions]] = ObjectPredictions
    output_form: ClassVar[OutputForm] = "object"
    default_metrics: ClassVar[tuple[str, ...]] = (
        "localization_error",
        "mean_iou",
        "localization_accuracy",
        "presence_error",
        "class_error",
    )
    default_optimize = "localization_error"

    def __init__(self, objects: ObjectBoxes, /, *, loss: Loss | None = None) -> None:
        super().__init__(LocalizationSquaredError() if loss is None else loss)
        assert isinstance(self.loss_function, LocalizationLoss), "the losses of objects say what the outputs mean"
        self.meaning: LocalizationLoss = self.loss_function
        self.object_classes = objects.classes

    @property
    def output_units(self) -> int:
        return 1 + len(BOX_COLUMNS) + len(self.object_classes.names)

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> ObjectPredictions:  # noqa: ARG002
        boxes, of_classes = outputs[:, self.meaning.box_columns].copy(), outputs[:, self.meaning.class_columns]
        boxes[:, 2:] = np.maximum(boxes[:, 2:], 0)
        classes = of_classes.argmax(axis=1)
        scores = self.meaning.class_scores(of_classes)
        return ObjectPredictions(
            presence=self.meaning.presence(np.ascontiguousarray(outputs[:, 0])),
            boxes=boxes,
            classes=classes,
            scores=np.take_along_axis(scores, classes[:, None], axis=1)[:, 0],  # (N, K) -> (N,)
        )

    def error_measure(self, metric: str) -> ErrorMeasure:  # noqa: ARG002
        return LocalizationError()

    def prediction_rows(self, predictions: Predictions) -> Iterator[dict[str, Any]]:
        """Yield `presence`, the probability of an object, and its `class`, `score` and box."""
        assert isinstance(predictions, ObjectPredictions)
        rows = zip(
            predictions.presence.tolist(),
            self.object_classes.describe(predictions.classes),
            predictions.scores.tolist(),
            predictions.boxes.tolist(),
            strict=True,
        )
        for presence, name, score, box in rows:
            yield {"presence": presence, "class": name, "score": score, **dict(zip(BOX_COLUMNS, box, strict=True))}

    def target_rows(self, truth: np.ndarray | Rows) -> Iterable[Any]:
        """Return the class and the box of each object; null for an image without one."""
        assert isinstance(truth, Objects)
        rows = zip(
            truth.present.tolist(), self.object_classes.describe(truth.classes), truth.boxes.tolist(), strict=True
        )
        return [
            {"class": name, **dict(zip(BOX_COLUMNS, box, strict=True))} if is_present else None
            for is_present, name, box in rows
        ]

    def named(self, predictions: Predictions, lengths: np.ndarray | None) -> list[dict[str, Any] | None]:  # noqa: ARG002
        """Return the row of each predicted object, and None where none is predicted."""
        return [row if row["presence"] > PRESENT else None for row in self.prediction_rows(predictions)]
