"""Loss of a classification into K classes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.constraints import Rate
from dlcli.losses.class_weights import ClassWeightedLoss, ClassWeights
from dlcli.losses.loss import OutputForm
from dlcli.registry import register


@register("loss", "softmax_cross_entropy")
class SoftmaxCrossEntropy(ClassWeightedLoss):
    """`−log softmax(z)_y`, from logits (…, K) and labels (…) or distributions (…, K).

    Args:
        label_smoothing: share of the target spread evenly over all classes.
        class_weights: one weight per class in order, a mapping of names or labels to weights (1 for a class that it
            leaves out), "balanced" (rare classes weigh more, from the training set), or null.
    """

    needs: ClassVar[OutputForm] = "class logits"

    def __init__(self, *, label_smoothing: Rate = 0.0, class_weights: ClassWeights = None) -> None:
        super().__init__(class_weights)
        self.label_smoothing = label_smoothing

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return ops.softmax_cross_entropy(
            outputs,
            targets,
            weights,
            class_weights=self.weights_of(outputs.shape[-1]),
            label_smoothing=self.label_smoothing,
        )
