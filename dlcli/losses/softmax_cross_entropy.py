"""Loss of a classification into K classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.constraints import Rate
from dlcli.losses.class_weights import ClassWeights, balanced_weights, fixed_weights, require_length
from dlcli.losses.loss import Loss
from dlcli.registry import register


@register("loss", "softmax_cross_entropy")
class SoftmaxCrossEntropy(Loss):
    """`−log softmax(z)_y`, from logits (…, K) and labels (…) or distributions (…, K).

    Args:
        label_smoothing: share of the target spread evenly over all classes.
        class_weights: one weight per class, "balanced" (rare classes weigh more, from the training set), or null.
    """

    def __init__(self, *, label_smoothing: Rate = 0.0, class_weights: ClassWeights = None) -> None:
        self.label_smoothing = label_smoothing
        self.class_weights = class_weights
        self._weights = fixed_weights(class_weights)

    def prepare(self, class_counts: Sequence[int]) -> None:
        if self.class_weights == "balanced":
            self._weights = balanced_weights(class_counts)

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        if self._weights is not None:
            require_length(self._weights, outputs.shape[-1])
        return ops.softmax_cross_entropy(
            outputs, targets, weights, class_weights=self._weights, label_smoothing=self.label_smoothing
        )
