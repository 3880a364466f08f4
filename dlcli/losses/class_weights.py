"""Class weights in a loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import ConfigError, ErrorCode, NonNegativeFloat, unknown_name
from dlcli.losses.loss import Loss

#: a weight per class in class order, a mapping from class to weight, or "balanced"
ClassWeights: TypeAlias = list[NonNegativeFloat] | dict[str, NonNegativeFloat] | Literal["balanced"] | None

_KEY = "class_weights"


class ClassWeightedLoss(Loss):
    """Base class of the losses with class weights.

    Args:
        class_weights: A weight per class in class order, a mapping from class to weight, "balanced" (computed from the
            training set), or None.
    """

    def __init__(self, class_weights: ClassWeights) -> None:
        self.class_weights = class_weights
        is_ordered = class_weights is not None and class_weights != "balanced" and not isinstance(class_weights, dict)
        self._weights = np.array(class_weights, np.float64) if is_ordered else None

    def name_classes(self, names: Sequence[str], position: Callable[[str], int | None]) -> None:
        """Translate a mapping from class names to weights into a weight per class; missing classes get 1.

        Args:
            names: Names of the classes, in class order.
            position: Function from a name or label to the index of its class; None for an unknown class.

        Raises:
            ConfigError: A name is not a class, or two names mean the same class.
        """
        if not isinstance(self.class_weights, dict):
            return
        weights: dict[int, float] = {}
        for name, weight in self.class_weights.items():
            index = position(name)
            if index is None or index in weights:
                is_known = index is not None
                message = "this class already has a weight" if is_known else unknown_name("class", name, names)
                code: ErrorCode = "duplicate_key" if is_known else "unknown_name"
                raise ConfigError(f"{name!r}: {message}", code=code, key=_KEY)
            weights[index] = weight
        self._weights = np.array([weights.get(index, 1.0) for index in range(len(names))], np.float64)

    def prepare(self, class_counts: Sequence[int]) -> None:
        """Compute balanced weights, or validate the configured ones.

        Raises:
            ConfigError: The number of weights is not the number of classes, a class to be balanced has no training
                example, or every training example has the weight 0.
        """
        if self.class_weights == "balanced":
            self._weights = balanced_weights(class_counts)
        weights = self.weights_of(len(class_counts))
        if weights is not None and not np.dot(weights, class_counts):
            message = (
                "every training example has the weight 0; expected a class of the training set with a weight above 0"
            )
            raise ConfigError(message, key=_KEY)

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return self.quotient(outputs, targets, weights, divisor=None)

    def quotient(
        self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None, *, divisor: float | None
    ) -> Tensor:
        """Return the weighted sum of the losses divided by `divisor`, a scalar; other arguments as in `__call__`.

        Args:
            divisor: Positive number to divide by; None for the sum of the weights.
        """
        raise NotImplementedError

    def sum(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> float:
        # divide by the number of losses, not by the sum of the weights: with label smoothing, examples of a class of
        # weight 0 have a positive loss
        count = super().weight(targets, weights)
        return self.quotient(outputs, targets, weights, divisor=count).item() * count if count else 0.0

    def weight(self, targets: np.ndarray, weights: np.ndarray | None = None) -> float:
        if self._weights is None or targets.dtype.kind == "f":  # a distribution over classes has no single class
            return super().weight(targets, weights)
        of_targets = self._weights[ops.observed_targets(targets, weights)]
        return float(of_targets.sum() if weights is None else (of_targets * weights).sum())

    @property
    def distinguishes_classes(self) -> bool:
        """Whether the classes have different weights."""
        return self._weights is not None and len(np.unique(self._weights)) > 1

    def weights_of(self, num_classes: int) -> np.ndarray | None:
        """Return the class weights (K,); None without class weights.

        Raises:
            ConfigError: The number of weights is not the number of classes.
        """
        if self._weights is not None and len(self._weights) != num_classes:
            raise ConfigError(
                f"expected {num_classes} weights, one per class, got {len(self._weights)}",
                code="wrong_shape",
                key=_KEY,
            )
        return self._weights


def balanced_weights(class_counts: Sequence[int]) -> np.ndarray:
    """Return `N / (K · N_k)` per class: every class has the same total weight (King & Zeng 2001, as in scikit-learn).

    Args:
        class_counts: Number of training examples of each class, N_k.

    Raises:
        ConfigError: A class has no training example.
    """
    counts = np.asarray(class_counts)
    if not counts.all():
        absent = ", ".join(str(index) for index in np.flatnonzero(counts == 0))
        raise ConfigError(
            f'"balanced" expects examples of every class in the training set; got none of class {absent}',
            code="too_few_examples",
            key=_KEY,
        )
    weights: np.ndarray = counts.sum() / (len(counts) * counts)
    return weights
