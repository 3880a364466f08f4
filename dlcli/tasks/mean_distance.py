"""Error of a landmark detection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from dlcli.core import register
from dlcli.data import Points, Rows
from dlcli.metrics import visible_distances
from dlcli.tasks.error_measure import ErrorMeasure, ExampleErrors
from dlcli.tasks.predictions import Predictions


@register("error_measure", "mean_distance")
class MeanDistance(ErrorMeasure):
    """Mean distance of the visible points from their predictions, as a fraction of the image's sides."""

    metric: ClassVar[str] = "mean_distance"
    summands: ClassVar[str | None] = "distances"

    def errors(self, predictions: Predictions, truth: np.ndarray | Rows) -> ExampleErrors:
        assert isinstance(truth, Points)
        return _errors(predictions.form("points"), truth)

    def errors_of_records(self, records: Sequence[Mapping[str, Any]]) -> ExampleErrors:
        columns = [*records[0]["target"]] if records else []
        predicted = np.array([[record[name] for name in columns] for record in records], np.float64)
        targets = np.array([[record["target"][name] for name in columns] for record in records], np.float64)
        points = targets.reshape(len(records), -1, 2)
        visible = np.isfinite(points).all(axis=2)
        return _errors(predicted.reshape(points.shape), Points(points, np.asarray(visible)))

    def baseline(
        self,
        train: np.ndarray | Rows,
        truth: np.ndarray | Rows,
        class_names: Sequence[str],  # noqa: ARG002
    ) -> tuple[str, ExampleErrors]:
        assert isinstance(train, Points)
        assert isinstance(truth, Points)
        visible = train.visible[:, :, None]
        means = np.where(visible, train.points, 0).sum(axis=0, dtype=np.float64) / np.maximum(visible.sum(axis=0), 1)
        return "always the training mean points", _errors(np.broadcast_to(means, truth.points.shape), truth)


def _errors(points: np.ndarray, truth: Points) -> ExampleErrors:
    """Return the sum of the distances of each image's visible points, and their number."""
    distances = np.zeros(truth.visible.shape)
    distances[truth.visible] = visible_distances(points, truth)
    return ExampleErrors(distances.sum(axis=1), truth.visible.sum(axis=1).astype(np.float64))
