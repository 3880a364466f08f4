"""Regression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import register
from dlcli.data import Rows, Targets, Values
from dlcli.losses import Loss, MeanSquaredError, OutputForm
from dlcli.tasks.error_measure import ErrorMeasure
from dlcli.tasks.predictions import Predictions, ValueView
from dlcli.tasks.task import Task
from dlcli.tasks.value_errors import MeanAbsoluteError, MeanError, RootMeanSquaredError
from dlcli.tasks.value_errors import MeanSquaredError as MeanSquare

#: Names of the columns that the rows of files of predictions may have besides predicted values.
FIELDS = ("id", "target", "group", "class", "probability", "nats", "prediction", "truth", "label", "error")


@dataclass(frozen=True)
class ValuePredictions(Predictions):
    """Predicted values of N examples.

    Args:
        values: Predicted values (N, K) in the unit of the targets.
    """

    values: np.ndarray

    def value_view(self, truth: np.ndarray | Rows) -> ValueView:
        return ValueView(self.values, np.asarray(truth))


@register("task", "regression")
class Regression(Task):
    """Prediction of one or several values for each example; metrics are in the unit of the targets.

    Args:
        loss: Loss to minimize; null is mean_squared_error.
    """

    targets: ClassVar[type[Targets]] = Values
    predictions_type: ClassVar[type[Predictions]] = ValuePredictions
    output_form: ClassVar[OutputForm] = "values"
    default_metrics = ("root_mean_squared_error", "mean_absolute_error", "r2")
    default_optimize = "root_mean_squared_error"

    def __init__(self, values: Values, /, *, loss: Loss | None = None) -> None:
        super().__init__(MeanSquaredError() if loss is None else loss)
        self.values = values

    @property
    def output_units(self) -> int:
        return self.values.count

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> ValuePredictions:  # noqa: ARG002
        return ValuePredictions(values=self.values.inverse(outputs))

    def truth(self, targets: np.ndarray) -> np.ndarray:
        return self.values.inverse(targets)

    def error_measure(self, metric: str) -> ErrorMeasure:
        measures: list[MeanError] = [MeanAbsoluteError(), RootMeanSquaredError()]
        return next((measure for measure in measures if measure.metric == metric), MeanSquare())

    def prediction_rows(self, predictions: Predictions) -> Iterator[dict[str, Any]]:
        """Yield the values of each prediction under the keys that `value_keys` returns."""
        values = predictions.form("values")
        keys = value_keys(self.values.names, values.shape[1])
        for row in values.tolist():
            yield dict(zip(keys, row, strict=True))

    def target_rows(self, truth: np.ndarray | Rows) -> Iterable[Any]:
        rows = np.asarray(truth)
        return [row[0] if len(row) == 1 else row for row in rows.reshape(len(rows), -1).tolist()]

    def named(self, predictions: Predictions, lengths: np.ndarray | None) -> np.ndarray:  # noqa: ARG002
        return predictions.form("values")


def value_keys(names: Sequence[str], count: int) -> list[str]:
    """Return the keys of the predicted values in a row: the column names, unless one of them is in `FIELDS`.

    Args:
        names: Names of the predicted columns; empty if they have no names.
        count: Number of predicted values.
    """
    if not names:
        return ["value"] if count == 1 else [f"value_{k}" for k in range(count)]
    if not set(names) & {*FIELDS}:
        return list(names)
    return ["prediction"] if count == 1 else [f"prediction_{name}" for name in names]
