"""Multiclass classification."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli import kernels
from dlcli.core import register, under
from dlcli.data import ClassLabels, Targets
from dlcli.losses import ClassWeightedLoss, Loss, OutputForm, SoftmaxCrossEntropy
from dlcli.metrics import Metric
from dlcli.tasks.task import Predictions, Task


@register("task", "classification")
class Classification(Task):
    """One of K classes, from K logits (softmax).

    Args:
        loss: Loss to minimize; null is softmax_cross_entropy.
    """

    targets: ClassVar[type[Targets]] = ClassLabels
    output_form: ClassVar[OutputForm] = "class logits"
    default_metrics: ClassVar[tuple[str, ...]] = ("accuracy", "error")
    default_optimize = "error"

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

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> Predictions:  # noqa: ARG002
        return Predictions(labels=outputs.argmax(axis=1), probabilities=kernels.softmax(outputs))

    def accepts(self, metric: Metric) -> bool:
        return metric.needs in ("labels", "probabilities")
