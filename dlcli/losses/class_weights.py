"""How much each class counts in a loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import numpy as np

from dlcli.autograd import Tensor
from dlcli.core import ConfigError, NonNegativeFloat, unknown_name
from dlcli.losses.loss import Loss

#: one weight for each class in order, class → weight, or "balanced"
ClassWeights: TypeAlias = list[NonNegativeFloat] | dict[str, NonNegativeFloat] | Literal["balanced"] | None

_KEY = "class_weights"


class ClassWeightedLoss(Loss):
    """Base of the losses in which some classes may count more than others.

    Args:
        class_weights: one weight for each class in order, class → weight, "balanced" (from the training set), or None.
    """

    def __init__(self, class_weights: ClassWeights) -> None:
        self.class_weights = class_weights
        is_ordered = class_weights is not None and class_weights != "balanced" and not isinstance(class_weights, dict)
        self._weights = np.array(class_weights, np.float64) if is_ordered else None

    def name_classes(self, names: Sequence[str], position: Callable[[str], int | None]) -> None:
        """Give weights by class to the classes of the data; a class without one has the weight 1.

        Args:
            names: of the classes, in order.
            position: of the class with a name or label, None where there is none.

        Raises:
            ConfigError: a weight is for no class, or two are for one.
        """
        if not isinstance(self.class_weights, dict):
            return
        weights: dict[int, float] = {}
        for name, weight in self.class_weights.items():
            index = position(name)
            if index is None or index in weights:
                message = "has two weights" if index in weights else unknown_name("class", name, names)
                raise ConfigError(f"{name!r}: {message}", code="unknown_name", key=_KEY)
            weights[index] = weight
        self._weights = np.array([weights.get(index, 1.0) for index in range(len(names))], np.float64)

    def prepare(self, class_counts: Sequence[int]) -> None:
        """Compute balanced weights, or check given ones.

        Raises:
            ConfigError: there is not one weight for each class, a class to be balanced has no example, or no training
                example has a weight above zero.
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
        """The weighted sum of the losses over a divisor, a scalar; other arguments as those of a call.

        Args:
            divisor: a positive number; None for the sum of the weights.
        """
        raise NotImplementedError

    def sum(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> float:
        # divided by the number of losses, not by the weights: with label smoothing, examples of a class of weight 0
        # have a loss above 0
        count = super().weight(targets, weights)
        return self.quotient(outputs, targets, weights, divisor=count).item() * count if count else 0.0

    def weight(self, targets: np.ndarray, weights: np.ndarray | None = None) -> float:
        if self._weights is None or targets.dtype.kind == "f":  # a distribution over classes has no one class
            return super().weight(targets, weights)
        of_targets = self._weights[targets]
        return float(of_targets.sum() if weights is None else (of_targets * weights).sum())

    @property
    def distinguishes_classes(self) -> bool:
        """Whether some class counts more than another."""
        return self._weights is not None and len(np.unique(self._weights)) > 1

    def weights_of(self, num_classes: int) -> np.ndarray | None:
        """The weights (K,); None where all classes count the same.

        Raises:
            ConfigError: there is not one weight for each class.
        """
        if self._weights is not None and len(self._weights) != num_classes:
            raise ConfigError(
                f"class_weights has {len(self._weights)} numbers for {num_classes} classes",
                code="wrong_shape",
                key=_KEY,
            )
        return self._weights


def balanced_weights(class_counts: Sequence[int]) -> np.ndarray:
    """`N / (K · N_k)`: every class counts the same in the sum (King & Zeng 2001, as in scikit-learn).

    Args:
        class_counts: how many examples each class has in the training set.

    Raises:
        ConfigError: a class has none.
    """
    counts = np.asarray(class_counts)
    if not counts.all():
        absent = ", ".join(str(index) for index in np.flatnonzero(counts == 0))
        raise ConfigError(
            f'class_weights: "balanced" needs every class in the training set; no example has class {absent}',
            code="too_few_examples",
            key=_KEY,
        )
    weights: np.ndarray = counts.sum() / (len(counts) * counts)
    return weights
