"""Losses of a localization: whether there is an object, its box and its class.

The outputs of an example are `[p_c, b_x, b_y, b_h, b_w, c_1 … c_K]` (N, 5 + K). Box and classes count only where there
is an object: elsewhere their targets are never read, and their gradients are 0.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from dlcli import kernels, ops
from dlcli.autograd import Tensor
from dlcli.core import NonNegativeFloat, PositiveFloat, register
from dlcli.data import BOX_COLUMNS, Objects
from dlcli.losses.loss import Loss, OutputForm


class LocalizationLoss(Loss):
    """Base class of the losses of a localization, which also say what the outputs mean.

    Args:
        presence_weight: Factor on the loss of whether there is an object.
        box_weight: Factor on the loss of the box.
        class_weight: Factor on the loss of the class.
    """

    needs: ClassVar[OutputForm] = "object"

    #: columns of the outputs
    presence_column: ClassVar[slice] = slice(0, 1)
    box_columns: ClassVar[slice] = slice(1, 1 + len(BOX_COLUMNS))
    class_columns: ClassVar[slice] = slice(1 + len(BOX_COLUMNS), None)

    def __init__(self, presence_weight: float, box_weight: float, class_weight: float) -> None:
        self.presence_weight = presence_weight
        self.box_weight = box_weight
        self.class_weight = class_weight

    def sample(self, generator: np.random.Generator, count: int) -> tuple[np.ndarray, Objects]:
        numbers, classes = np.arange(count), 3
        objects = Objects(numbers % 4 > 0, generator.random((count, len(BOX_COLUMNS))), numbers % classes)
        return generator.standard_normal((count, self.class_columns.start + classes)), objects

    def presence(self, outputs: np.ndarray) -> np.ndarray:
        """Return the probability of an object (N,) from outputs p_c (N,)."""
        raise NotImplementedError

    def class_scores(self, outputs: np.ndarray) -> np.ndarray:
        """Return the score of each class (N, K), from 0 to 1, from outputs c (N, K)."""
        raise NotImplementedError


@register("loss", "localization_squared_error")
class LocalizationSquaredError(LocalizationLoss):
    """`(p̂ − p)²`, plus `Σ (b̂ − b)² + Σ (ĉ − c)²` where there is an object (CS 230).

    The outputs are p̂, b̂ and ĉ themselves. The mean is over all images, with and without an object.

    Args:
        presence_weight: Factor on the loss of whether there is an object.
        box_weight: Factor on the loss of the box.
        class_weight: Factor on the loss of the class.
    """

    def __init__(
        self,
        *,
        presence_weight: NonNegativeFloat = 1.0,
        box_weight: NonNegativeFloat = 1.0,
        class_weight: NonNegativeFloat = 1.0,
    ) -> None:
        super().__init__(presence_weight, box_weight, class_weight)

    def __call__(self, outputs: Tensor, targets: Any, weights: np.ndarray | None = None) -> Tensor:
        present, boxes, classes = known_targets(targets, weights)
        of_classes = one_hot(classes, outputs.shape[1] - self.class_columns.start)
        wanted = np.concatenate([present[:, None], boxes, of_classes], axis=1)
        factors = np.empty(outputs.shape)  # (N, 5 + K), 0 for box and class of an image without an object
        factors[:, self.presence_column] = self.presence_weight
        factors[:, self.box_columns] = self.box_weight * present[:, None]
        factors[:, self.class_columns] = self.class_weight * present[:, None]
        if weights is not None:
            factors *= weights[:, None]
        return ops.mean_squared_error(outputs, wanted, factors, divisor=self.weight(targets, weights))

    def presence(self, outputs: np.ndarray) -> np.ndarray:
        return _clipped(outputs)

    def class_scores(self, outputs: np.ndarray) -> np.ndarray:
        return _clipped(outputs)


@register("loss", "localization_cross_entropy")
class LocalizationCrossEntropy(LocalizationLoss):
    """Cross-entropy of the logit p_c, plus box error and softmax cross-entropy of c where there is an object.

    The mean is over all images, with and without an object. The error of the box is `Σ (b̂ − b)²`, or a smooth L1.

    Args:
        presence_weight: Factor on the loss of whether there is an object.
        box_weight: Factor on the loss of the box.
        class_weight: Factor on the loss of the class.
        delta: Residual of the box, as a fraction of the image, at which its loss changes from squared to absolute:
            `r²/2` below and `delta (|r| − delta/2)` above (Huber, smooth L1); null is `r²` everywhere.
    """

    def __init__(
        self,
        *,
        presence_weight: NonNegativeFloat = 1.0,
        box_weight: NonNegativeFloat = 1.0,
        class_weight: NonNegativeFloat = 1.0,
        delta: PositiveFloat | None = None,
    ) -> None:
        super().__init__(presence_weight, box_weight, class_weight)
        self.delta = delta

    def __call__(self, outputs: Tensor, targets: Any, weights: np.ndarray | None = None) -> Tensor:
        present, boxes, classes = known_targets(targets, weights)
        all_weights = np.ones(len(present)) if weights is None else weights.astype(np.float64)
        divisor = self.weight(targets, weights)
        of_objects = all_weights * present
        logits, factors = outputs[:, self.presence_column], self.presence_weight * all_weights
        presence_loss = ops.binary_cross_entropy(logits, present.astype(np.int64), factors, divisor=divisor)
        box_loss = self._box_loss(outputs[:, self.box_columns], boxes, self.box_weight * of_objects, divisor)
        class_loss = ops.softmax_cross_entropy(
            outputs[:, self.class_columns], classes, self.class_weight * of_objects, divisor=divisor
        )
        return presence_loss + box_loss + class_loss

    def _box_loss(self, outputs: Tensor, boxes: np.ndarray, weights: np.ndarray, divisor: float) -> Tensor:
        if self.delta is None:
            return ops.mean_squared_error(outputs, boxes, weights, divisor=divisor)
        return ops.huber(outputs, boxes, weights, delta=self.delta, divisor=divisor)

    def presence(self, outputs: np.ndarray) -> np.ndarray:
        return kernels.sigmoid(outputs)

    def class_scores(self, outputs: np.ndarray) -> np.ndarray:
        return kernels.softmax(outputs)


def known_targets(targets: Objects, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return presence (N,), boxes (N, 4) and classes (N,), with 0 for all of an image without an object or weight."""
    present = targets.present if weights is None else targets.present & (weights != 0)
    return present, np.where(present[:, None], targets.boxes, 0), np.where(present, targets.classes, 0)


def one_hot(classes: np.ndarray, count: int) -> np.ndarray:
    """Return 1 for the class of each example and 0 for the others, (N, count)."""
    rows: np.ndarray = np.eye(count)[classes]
    return rows


def _clipped(outputs: np.ndarray) -> np.ndarray:
    probabilities: np.ndarray = np.clip(outputs, 0, 1)
    return probabilities
