"""Errors of a regression."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from dlcli.core import register
from dlcli.data import Rows
from dlcli.tasks.error_measure import ErrorMeasure, ExampleErrors
from dlcli.tasks.predictions import Predictions

#: Keys of a record that are not predicted values.
_OTHER_KEYS = frozenset({"id", "target", "group"})


class MeanError(ErrorMeasure):
    """Base class of the means of an error over values; those of an example with several values are averaged."""

    #: name of the constant that minimizes the error on the training set, and the function that computes it
    constant: ClassVar[str] = "mean"
    fit_constant: ClassVar[Callable[..., Any]] = np.mean

    def errors(self, predictions: Predictions, truth: np.ndarray | Rows) -> ExampleErrors:
        view = predictions.value_view(truth)
        assert view is not None, "this error is measured on values"
        return self.of_values(view.values, view.truth)

    def of_values(self, values: np.ndarray, truth: np.ndarray) -> ExampleErrors:
        """Compute the errors of predicted values (N,) or (N, K)."""
        differences = np.asarray(values, np.float64) - np.asarray(truth, np.float64)
        return ExampleErrors(self.of_differences(differences).reshape(len(differences), -1).mean(axis=1))

    def of_differences(self, differences: np.ndarray) -> np.ndarray:
        """Return the error of each value from the differences, prediction − target."""
        return differences**2

    def errors_of_records(self, records: Sequence[Mapping[str, Any]]) -> ExampleErrors:
        values = [[value for key, value in record.items() if key not in _OTHER_KEYS] for record in records]
        targets = [np.ravel(record["target"]) for record in records]
        return self.of_values(np.array(values, np.float64), np.array(targets, np.float64))

    def baseline(
        self,
        train: np.ndarray | Rows,
        truth: np.ndarray | Rows,
        class_names: Sequence[str],  # noqa: ARG002
    ) -> tuple[str, ExampleErrors]:
        values = np.asarray(truth)
        constant = type(self).fit_constant(np.asarray(train, np.float64), axis=0)
        return f"always the training {self.constant}", self.of_values(np.broadcast_to(constant, values.shape), values)


@register("error_measure", "mean_squared_error")
class MeanSquaredError(MeanError):
    """Mean of (ŷ − y)²."""

    metric: ClassVar[str | None] = "mean_squared_error"
    summands: ClassVar[str | None] = "squared errors"


@register("error_measure", "root_mean_squared_error")
class RootMeanSquaredError(MeanSquaredError):
    """Square root of the mean of (ŷ − y)²."""

    metric: ClassVar[str | None] = "root_mean_squared_error"
    is_root: ClassVar[bool] = True


@register("error_measure", "mean_absolute_error")
class MeanAbsoluteError(MeanError):
    """Mean of |ŷ − y|."""

    metric: ClassVar[str | None] = "mean_absolute_error"
    summands: ClassVar[str | None] = "absolute errors"
    constant: ClassVar[str] = "median"
    fit_constant: ClassVar[Callable[..., Any]] = np.median

    def of_differences(self, differences: np.ndarray) -> np.ndarray:
        magnitudes: np.ndarray = np.abs(differences)
        return magnitudes
