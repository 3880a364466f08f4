"""Softmax cross-entropy."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import Rate, register
from dlcli.losses.class_weights import ClassWeightedLoss, ClassWeights
from dlcli.losses.loss import OutputForm


@register("loss", "softmax_cross_entropy")
class SoftmaxCrossEntropy(ClassWeightedLoss):
    """Cross-entropy `−log softmax(z)_y` of logits z (…, K) and labels y (…) or distributions over classes (…, K).

    Args:
        label_smoothing: Fraction of each target's probability that is distributed evenly over all classes.
        class_weights: Weights c of the classes: a list in class order, a mapping of class names or labels to weights
            (1 for a class that is not listed), "balanced" (rare classes of the training set weigh more), or null; the
            mean of a batch is `Σ c_y ℓ / Σ c_y`: in batches of one example the weights cancel.
    """

    needs: ClassVar[OutputForm] = "class logits"

    def __init__(self, *, label_smoothing: Rate = 0.0, class_weights: ClassWeights = None) -> None:
        super().__init__(class_weights)
        self.label_smoothing = label_smoothing

    def quotient(
        self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None, *, divisor: float | None
    ) -> Tensor:
        return ops.softmax_cross_entropy(
            outputs,
            targets,
            weights,
            class_weights=self.weights_of(outputs.shape[-1]),
            label_smoothing=self.label_smoothing,
            divisor=divisor,
        )

    def count(self, targets: np.ndarray) -> int:
        return targets.size if targets.dtype.kind != "f" else math.prod(targets.shape[:-1])
