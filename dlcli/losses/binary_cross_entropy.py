"""Binary cross-entropy."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveFloat, Rate, register
from dlcli.losses.class_weights import ClassWeightedLoss, ClassWeights
from dlcli.losses.loss import OutputForm


@register("loss", "binary_cross_entropy")
class BinaryCrossEntropy(ClassWeightedLoss):
    """Binary cross-entropy `−(y log σ(z) + (1 − y) log(1 − σ(z)))` of logits z and targets y, 0 or 1.

    Args:
        positive_weight: Factor on the loss of examples with target 1; unlike `class_weights`, it does not change the
            divisor of the mean.
        class_weights: Weights c of the two classes: a list in class order, a mapping of class names or labels to
            weights (1 for a class that is not listed), "balanced" (rare classes of the training set weigh more), or
            null; the mean of a batch is `Σ c_y ℓ / Σ c_y`: in batches of one example the weights cancel.
        label_smoothing: Label smoothing, ε; targets become `(1 − ε) y + ε/2`.
    """

    needs: ClassVar[OutputForm] = "one logit"

    def __init__(
        self,
        *,
        positive_weight: PositiveFloat = 1.0,
        class_weights: ClassWeights = None,
        label_smoothing: Rate = 0.0,
    ) -> None:
        super().__init__(class_weights)
        self.positive_weight = positive_weight
        self.label_smoothing = label_smoothing

    def quotient(
        self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None, *, divisor: float | None
    ) -> Tensor:
        return ops.binary_cross_entropy(
            outputs,
            targets,
            weights,
            positive_weight=self.positive_weight,
            class_weights=self.weights_of(2),
            label_smoothing=self.label_smoothing,
            divisor=divisor,
        )

    def weight(self, targets: np.ndarray, weights: np.ndarray | None = None) -> float:
        # with class weights, every target is a class index, 0 or 1, even where its dtype is a float
        if self.class_weights is not None:
            targets = ops.observed_targets(targets, weights).astype(np.intp).reshape(-1)
        return super().weight(targets, weights)

    def count(self, targets: np.ndarray) -> int:
        return targets.size
