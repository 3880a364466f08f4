"""A class for each token of a text."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli import kernels
from dlcli.core import register
from dlcli.data import TargetKind, TokenLabels
from dlcli.losses import Loss, OutputForm
from dlcli.nn import padding_mask
from dlcli.tasks.classification import Classification
from dlcli.tasks.steps import StepTask
from dlcli.tasks.task import Predictions


@register("task", "sequence_labeling")
class SequenceLabeling(StepTask, Classification):
    """One of K classes for each step of a sequence, from K logits (softmax).

    Loss and metrics count every real step alike.

    Args:
        loss: Loss to minimize; null is softmax_cross_entropy.
    """

    target_kind: ClassVar[TargetKind] = "token_labels"
    output_form: ClassVar[OutputForm] = "class logits"
    default_metrics = ("accuracy", "error", "macro_f1")

    def __init__(self, labels: TokenLabels, /, *, loss: Loss | None = None) -> None:
        super().__init__(labels.classes, loss=loss)

    def pair_predictions(
        self, outputs: np.ndarray, targets: np.ndarray, lengths: np.ndarray | None = None
    ) -> tuple[Predictions, np.ndarray]:
        """The predictions of all real steps one after the other, (M,), and their labels, (M,)."""
        mask = padding_mask(lengths, targets.shape[1])
        return self.predictions(outputs, lengths), targets.reshape(-1) if mask is None else targets[mask]

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> Predictions:
        """What the outputs (N, T, K) mean, the real steps one after the other: (M,)."""
        mask = padding_mask(lengths, outputs.shape[1])
        rows = outputs.reshape(-1, outputs.shape[-1]) if mask is None else outputs[mask]  # (M, K)
        return Predictions(labels=rows.argmax(axis=1), probabilities=kernels.softmax(rows))
