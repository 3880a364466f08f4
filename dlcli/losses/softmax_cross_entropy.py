"""Loss of a classification into K classes."""

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
    """`−log softmax(z)_y`, from logits (…, K) and labels (…) or distributions (…, K).

    Args:
        label_smoothing: share of the target spread evenly over all classes.
        class_weights: one weight c per class in order, a mapping of names or labels to weights (1 for a class that it
            leaves out), "balanced" (rare classes weigh more, from the training set), or null; the mean is
            `Σ c_y ℓ / Σ c_y`, of a step over its batch: in batches of one example the weights cancel.
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
