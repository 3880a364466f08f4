"""Multiclass classification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli import kernels
from dlcli.core import register, under
from dlcli.data import ClassLabels, Rows, Targets
from dlcli.losses import ClassWeightedLoss, Loss, OutputForm, SoftmaxCrossEntropy
from dlcli.tasks.error_measure import ErrorMeasure
from dlcli.tasks.error_rate import ErrorRate
from dlcli.tasks.predictions import ClassView, Predictions
from dlcli.tasks.task import Task


@dataclass(frozen=True)
class ClassPredictions(Predictions):
    """Predicted classes of N examples or time steps.

    Args:
        labels: Predicted class indices (N,).
        probabilities: Probability of every class (N, K).
    """

    labels: np.ndarray
    probabilities: np.ndarray

    def class_view(self, truth: np.ndarray | Rows) -> ClassView:
        return ClassView(self.labels, np.asarray(truth), self.probabilities)


@register("task", "classification")
class Classification(Task):
    """One of K classes, from K logits (softmax).

    Args:
        loss: Loss to minimize; null is softmax_cross_entropy.
    """

    targets: ClassVar[type[Targets]] = ClassLabels
    predictions_type: ClassVar[type[Predictions]] = ClassPredictions
    output_form: ClassVar[OutputForm] = "class logits"
    default_metrics: ClassVar[tuple[str, ...]] = ("accuracy", "error")
    default_optimize = "error"

    classes: ClassLabels

    def __init__(self, classes: ClassLabels, /, *, loss: Loss | None = None) -> None:
        super().__init__(self.default_loss() if loss is None else loss)
        self.classes = classes
        with under("loss"):
            if isinstance(self.loss_function, ClassWeightedLoss):
                self.loss_function.name_classes(classes.names, classes.position)
            if classes.counts is not None:
                self.loss_function.prepare(classes.counts)

    @property
    def num_classes(self) -> int:
        return len(self.classes.names)

    @property
    def output_units(self) -> int:
        return self.num_classes

    def default_loss(self) -> Loss:
        """Return the loss to minimize unless the config sets another one."""
        return SoftmaxCrossEntropy()

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> ClassPredictions:  # noqa: ARG002
        return ClassPredictions(labels=outputs.argmax(axis=1), probabilities=kernels.softmax(outputs))

    def error_measure(self, metric: str) -> ErrorMeasure:  # noqa: ARG002
        return ErrorRate()

    @property
    def num_mixed_classes(self) -> int | None:
        return self.num_classes

    def prediction_rows(self, predictions: Predictions) -> Iterator[dict[str, Any]]:
        labels, probabilities = predictions.form("labels"), predictions.form("probabilities")
        confidence = np.take_along_axis(probabilities, labels[:, None], axis=1)[:, 0]  # (N, K) -> (N,)
        for label, probability in zip(labels.tolist(), confidence.tolist(), strict=True):
            yield {"class": self.classes.names[label], "probability": probability}

    def target_rows(self, truth: np.ndarray | Rows) -> Iterable[Any]:
        return self.classes.describe(np.asarray(truth))

    def named(self, predictions: Predictions, lengths: np.ndarray | None) -> np.ndarray:  # noqa: ARG002
        named: np.ndarray = np.array(self.classes.names)[predictions.form("labels")]
        return named

    def probabilities(self, predictions: Predictions) -> np.ndarray:
        return predictions.form("probabilities")
