"""The loss to minimize: a sum over examples divided by the sum of their weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from dlcli.autograd import Tensor

#: a logit of each class (N, K), a logit of the second of two classes (N, 1), or values (N, K)
OutputForm: TypeAlias = Literal["class logits", "one logit", "values"]


class Loss:
    """Base of the losses: from a model's outputs and the targets to one number.

    Calling a loss gives the mean of a batch, whose gradient is that of a training step. Means of batches are not
    averaged: over a whole split, `sum` and `weight` are added up and divided once, at the end, so that the figure does
    not depend on the batches.
    """

    registry_kind: ClassVar[str] = "loss"

    #: what it takes a model's outputs for
    needs: ClassVar[OutputForm]

    def prepare(self, class_counts: Sequence[int]) -> None:
        """Be told how many training examples each class has, before the first call; most losses have no need to."""

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        """The mean loss over the batch, a scalar; with weights `Σ w ℓ / Σ w`.

        Args:
            outputs: (N, …), of the model.
            targets: (N, …).
            weights: (N,), what each example counts; None for 1.
        """
        raise NotImplementedError

    def sum(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> float:
        """`Σ w ℓ` over the batch, the numerator of the mean; arguments as those of a call."""
        return self(outputs, targets, weights).item() * self.weight(targets, weights)

    def weight(self, targets: np.ndarray, weights: np.ndarray | None = None) -> float:
        """`Σ w` over the batch, the denominator of the mean.

        Args:
            targets: (N, …).
            weights: (N,), the weight of each example; None for 1.
        """
        return float(self.count(targets) if weights is None else weights.sum())

    def count(self, targets: np.ndarray) -> int:
        """Number of losses that the mean of a batch is over."""
        return len(targets)
