"""Yes or no."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli import kernels
from dlcli.data import ClassLabels, TargetKind
from dlcli.errors import ConfigError
from dlcli.losses import BinaryCrossEntropy, Loss
from dlcli.metrics import Metric
from dlcli.registry import register
from dlcli.tasks.task import Predictions, Task


@register("task", "binary_classification")
class BinaryClassification(Task):
    """One of two classes, from the logit of the second one (sigmoid).

    Args:
        loss: what training makes small; null is binary_cross_entropy.

    Raises:
        ConfigError: the data has another number of classes.
    """

    target_kind: ClassVar[TargetKind] = "classes"
    default_metrics = ("accuracy", "error")
    default_optimize = "error"

    def __init__(self, classes: ClassLabels, /, *, loss: Loss | None = None) -> None:
        if len(classes.names) != 2:
            raise ConfigError(
                f"binary_classification has two classes, the data has {len(classes.names)}; use classification",
                key="task",
            )
        self.classes = classes
        self.loss_function = BinaryCrossEntropy() if loss is None else loss
        if classes.counts is not None:
            self.loss_function.prepare(classes.counts)

    @property
    def output_units(self) -> int:
        return 1

    def predictions(self, outputs: np.ndarray) -> Predictions:
        positive = kernels.sigmoid(outputs.reshape(-1))  # (N, 1) -> (N,)
        probabilities = np.stack([1 - positive, positive], axis=1)  # (N, 2)
        return Predictions(labels=(positive > 0.5).astype(np.int64), probabilities=probabilities)

    def accepts(self, metric: Metric) -> bool:
        return metric.needs in ("labels", "probabilities")
