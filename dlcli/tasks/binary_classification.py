"""Binary classification."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli import kernels
from dlcli.core import ConfigError, register
from dlcli.data import ClassLabels, Targets
from dlcli.losses import BinaryCrossEntropy, Loss, OutputForm
from dlcli.tasks.classification import Classification, ClassPredictions


@register("task", "binary_classification")
class BinaryClassification(Classification):
    """One of two classes, from the logit of the second one (sigmoid).

    Args:
        loss: Loss to minimize; null is binary_cross_entropy.

    Raises:
        ConfigError: The number of classes of the data is not 2.
    """

    output_form: ClassVar[OutputForm] = "one logit"

    def __init__(self, classes: ClassLabels, /, *, loss: Loss | None = None) -> None:
        if len(classes.names) != 2:
            raise ConfigError(
                f"binary_classification expects data with 2 classes, got {len(classes.names)}; use classification",
                code="not_applicable",
            )
        super().__init__(classes, loss=loss)

    @classmethod
    def is_default_for(cls, targets: Targets) -> bool:
        return super().is_default_for(targets) and len(targets.class_names or ()) == 2

    @property
    def output_units(self) -> int:
        return 1

    @property
    def num_mixed_classes(self) -> None:
        """None: the target of one logit is one number, also for a mixture of both classes."""

    def default_loss(self) -> Loss:
        return BinaryCrossEntropy()

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> ClassPredictions:  # noqa: ARG002
        positive = kernels.sigmoid(outputs.reshape(-1))  # (N, 1) -> (N,)
        probabilities = np.stack([1 - positive, positive], axis=1)  # (N, 2)
        return ClassPredictions(labels=(positive > 0.5).astype(np.int64), probabilities=probabilities)
