"""Landmark detection: the places of points in an image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import register
from dlcli.data import Landmarks, Points, Rows, Targets
from dlcli.losses import LandmarkSquaredError, Loss, OutputForm
from dlcli.tasks.error_measure import ErrorMeasure
from dlcli.tasks.mean_distance import MeanDistance
from dlcli.tasks.predictions import Predictions
from dlcli.tasks.task import Task


@dataclass(frozen=True)
class PointPredictions(Predictions):
    """Predicted points of N images.

    Args:
        points: Coordinates (N, K, 2): x and y, as fractions of the image, also of points that may be invisible.
    """

    points: np.ndarray


@register("task", "landmark_detection")
class LandmarkDetection(Task):
    """Coordinates of K points in an image, from `[x_1, y_1 … x_K, y_K]`.

    A point that is invisible in an image counts neither in the loss nor in the metrics.

    Args:
        loss: Loss to minimize; null is landmark_squared_error.
    """

    targets: ClassVar[type[Targets]] = Landmarks
    predictions_type: ClassVar[type[Predictions]] = PointPredictions
    output_form: ClassVar[OutputForm] = "points"
    default_metrics: ClassVar[tuple[str, ...]] = ("mean_distance", "landmark_accuracy")
    default_optimize = "mean_distance"

    def __init__(self, landmarks: Landmarks, /, *, loss: Loss | None = None) -> None:
        super().__init__(LandmarkSquaredError() if loss is None else loss)
        self.landmarks = landmarks

    @property
    def output_units(self) -> int:
        return 2 * len(self.landmarks.names)

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> PointPredictions:  # noqa: ARG002
        return PointPredictions(outputs.reshape(len(outputs), -1, 2))  # (N, 2 K) -> (N, K, 2)

    def error_measure(self, metric: str) -> ErrorMeasure:  # noqa: ARG002
        return MeanDistance()

    def prediction_rows(self, predictions: Predictions) -> Iterator[dict[str, Any]]:
        """Yield the coordinates of each image under the names of their columns, such as `eye_x`."""
        for points in predictions.form("points").tolist():
            yield dict(zip(self.landmarks.columns, [value for point in points for value in point], strict=True))

    def target_rows(self, truth: np.ndarray | Rows) -> Iterable[Any]:
        """Return column → coordinate for each image; null for a point that is invisible."""
        assert isinstance(truth, Points)
        cells = np.where(truth.visible[:, :, None], truth.points, np.nan).reshape(len(truth), -1)
        return [
            {name: None if np.isnan(value) else value for name, value in zip(self.landmarks.columns, row, strict=True)}
            for row in cells.tolist()
        ]

    def named(self, predictions: Predictions, lengths: np.ndarray | None) -> np.ndarray:  # noqa: ARG002
        return predictions.form("points")
