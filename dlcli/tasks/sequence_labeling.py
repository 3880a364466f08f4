"""Sequence labeling."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli import kernels
from dlcli.core import register
from dlcli.data import Targets, TokenLabels
from dlcli.losses import Loss, OutputForm
from dlcli.nn import padding_mask
from dlcli.tasks.classification import Classification, ClassPredictions
from dlcli.tasks.predictions import Predictions
from dlcli.tasks.steps import StepTask


@register("task", "sequence_labeling")
class SequenceLabeling(StepTask, Classification):
    """Classification of each step of a sequence into one of K classes, from K logits (softmax).

    The loss and the metrics weight every step equally; padding is ignored.

    Args:
        loss: Loss to minimize; null is softmax_cross_entropy.
    """

    targets: ClassVar[type[Targets]] = TokenLabels
    output_form: ClassVar[OutputForm] = "class logits"
    default_metrics = ("accuracy", "error", "macro_f1")

    def __init__(self, labels: TokenLabels, /, *, loss: Loss | None = None) -> None:
        super().__init__(labels.classes, loss=loss)

    def pair_predictions(
        self, outputs: np.ndarray, targets: np.ndarray, lengths: np.ndarray | None = None
    ) -> tuple[ClassPredictions, np.ndarray]:
        """Return the predictions of all steps without padding, concatenated (M,), and their labels, (M,)."""
        mask = padding_mask(lengths, targets.shape[1])
        return self.predictions(outputs, lengths), targets.reshape(-1) if mask is None else targets[mask]

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> ClassPredictions:
        """Convert outputs (N, T, K) to predictions of all steps without padding, concatenated (M,)."""
        mask = padding_mask(lengths, outputs.shape[1])
        rows = outputs.reshape(-1, outputs.shape[-1]) if mask is None else outputs[mask]  # (M, K)
        return ClassPredictions(labels=rows.argmax(axis=1), probabilities=kernels.softmax(rows))

    def named(self, predictions: Predictions, lengths: np.ndarray | None) -> np.ndarray:
        assert lengths is not None, "the examples are sequences"
        labels = np.empty(len(lengths), dtype=object)
        labels[:] = np.split(super().named(predictions, lengths), np.cumsum(lengths)[:-1])
        return labels
