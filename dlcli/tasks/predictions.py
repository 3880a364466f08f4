"""Predictions of a model for some examples, in every form that a task provides."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from dlcli.data import Rows
from dlcli.metrics import Metric


@dataclass(frozen=True)
class ClassView:
    """Predicted and true classes of N examples or time steps.

    Args:
        labels: Predicted class indices (N,).
        truth: True class indices (N,).
        probabilities: Probability of every class (N, K).
    """

    labels: np.ndarray
    truth: np.ndarray
    probabilities: np.ndarray


@dataclass(frozen=True)
class ValueView:
    """Predicted and true values of N examples.

    Args:
        values: Predicted values (N, K) in the unit of the targets.
        truth: True values (N, K).
    """

    values: np.ndarray
    truth: np.ndarray


class Predictions(Rows):
    """Base class of the predictions for N examples or time steps; each task has a dataclass of its own.

    The fields are the forms that metrics ask for by name, such as `labels` or `probabilities`.
    """

    @classmethod
    def forms(cls) -> frozenset[str]:
        """Return the names of the forms."""
        return frozenset(field.name for field in fields(cls))

    def form(self, name: str) -> np.ndarray:
        """Return a form, (N, …), by its name."""
        form = self.columns[name]
        assert isinstance(form, np.ndarray), f"{name} is an array"
        return form

    def update(self, metric: Metric, truth: np.ndarray | Rows) -> None:
        """Update a metric with these predictions and the truth of the same examples."""
        metric.update(self.form(metric.needs), truth)

    def observed(self, head: str, truth: np.ndarray | Rows) -> tuple[Predictions, np.ndarray, np.ndarray]:
        """Return predictions, truth and positions of the examples that have a target of a head.

        Args:
            head: Name of the head.
            truth: Truth of the same examples.
        """
        raise NotImplementedError

    def class_view(self, truth: np.ndarray | Rows) -> ClassView | None:  # noqa: ARG002
        """Return predicted and true classes, for a confusion matrix; None if the task does not predict classes."""
        return None

    def value_view(self, truth: np.ndarray | Rows) -> ValueView | None:  # noqa: ARG002
        """Return predicted and true values, for plots of their fit; None if the task does not predict values."""
        return None
