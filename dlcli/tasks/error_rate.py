"""Error rate of a classification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from dlcli.core import register
from dlcli.data import Rows
from dlcli.metrics import Unit
from dlcli.tasks.error_measure import ErrorMeasure, ExampleErrors
from dlcli.tasks.predictions import Predictions


@register("error_measure", "error_rate")
class ErrorRate(ErrorMeasure):
    """Share of the examples, or of the time steps, whose class is predicted incorrectly."""

    unit: ClassVar[Unit] = Unit.SHARE
    metric: ClassVar[str | None] = "error"
    complement: ClassVar[str | None] = "accuracy"
    is_rate: ClassVar[bool] = True

    def errors(self, predictions: Predictions, truth: np.ndarray | Rows) -> ExampleErrors:
        view = predictions.class_view(truth)
        assert view is not None, "an error rate is measured on classes"
        return ExampleErrors((view.labels != view.truth).astype(np.float64))

    def errors_of_records(self, records: Sequence[Mapping[str, Any]]) -> ExampleErrors:
        return ExampleErrors(np.array([float(record["class"] != record["target"]) for record in records]))

    def baseline(
        self, train: np.ndarray | Rows, truth: np.ndarray | Rows, class_names: Sequence[str]
    ) -> tuple[str, ExampleErrors]:
        most_frequent = int(np.bincount(np.asarray(train).astype(np.int64)).argmax())
        name = repr(class_names[most_frequent]) if class_names else f"class {most_frequent}"
        return f"always {name}", ExampleErrors((np.asarray(truth) != most_frequent).astype(np.float64))
