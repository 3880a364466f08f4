"""Regression."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli.core import register
from dlcli.data import Targets, Values
from dlcli.losses import Loss, MeanSquaredError, OutputForm
from dlcli.metrics import Metric
from dlcli.tasks.task import Predictions, Task


@register("task", "regression")
class Regression(Task):
    """Prediction of one or several values for each example; metrics are in the unit of the targets.

    Args:
        loss: Loss to minimize; null is mean_squared_error.
    """

    targets: ClassVar[type[Targets]] = Values
    output_form: ClassVar[OutputForm] = "values"
    default_metrics = ("root_mean_squared_error", "mean_absolute_error", "r2")
    default_optimize = "root_mean_squared_error"

    def __init__(self, values: Values, /, *, loss: Loss | None = None) -> None:
        super().__init__(MeanSquaredError() if loss is None else loss)
        self.values = values

    @property
    def output_units(self) -> int:
        return self.values.count

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> Predictions:  # noqa: ARG002
        return Predictions(values=self.values.inverse(outputs))

    def truth(self, targets: np.ndarray) -> np.ndarray:
        return self.values.inverse(targets)

    def accepts(self, metric: Metric) -> bool:
        return metric.needs == "values"
