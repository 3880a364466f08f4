"""Loss of a yes/no question."""

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
    """`−(y log σ(z) + (1 − y) log(1 − σ(z)))`, from logits and targets 0 or 1.

    Args:
        positive_weight: factor on the loss of the ones; the mean is over the examples all the same.
        class_weights: weights c of 0 and 1, a mapping of names or labels to weights (1 for a class that it leaves out),
            "balanced" (the rarer weighs more, from the training set), or null; the mean is `Σ c_y ℓ / Σ c_y`, of a step
            over its batch: in batches of one example the weights cancel.
        label_smoothing: ε; targets become `(1 − ε) y + ε/2`.
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
        # with class weights every target is 0 or 1, whatever its type
        return super().weight(targets if self.class_weights is None else targets.astype(np.intp).reshape(-1), weights)

    def count(self, targets: np.ndarray) -> int:
        return targets.size
