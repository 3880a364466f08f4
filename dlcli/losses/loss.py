"""Base class of the losses: a weighted sum over examples divided by the sum of their weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np

from dlcli.autograd import Tensor

#: form of a model's outputs, on which a task and its losses agree: "class logits" (N, K), "one logit" for the second of
#: two classes (N, 1), "values" (N, K), "heads" side by side, "object" (N, 5 + K), "points" (N, 2 K), or a new one
OutputForm: TypeAlias = str


class Loss:
    """Base class of the losses: functions of a model's outputs and the targets.

    Calling a loss returns the mean over a batch, whose gradient is that of a training step. The mean over a whole split
    is not an average of the batches' means: `sum` and `weight` are added up and divided once, at the end, so that the
    result does not depend on the batches.
    """

    registry_kind: ClassVar[str] = "loss"

    #: form of the model's outputs that the loss expects
    needs: ClassVar[OutputForm]

    def prepare(self, class_counts: Sequence[int]) -> None:
        """Take the number of training examples of each class, before the first call; most losses ignore it."""

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        """Return the mean loss over the batch, a scalar; with weights `Σ w ℓ / Σ w`, and 0 if all of them are 0.

        Outputs and targets of weight 0 are ignored, whatever they are, such as those of padding (`ops.observed`).

        Args:
            outputs: Outputs of the model, (N, …).
            targets: Targets, (N, …).
            weights: Weight of each example, (N,); None for 1.
        """
        raise NotImplementedError

    def sum(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> float:
        """Return `Σ w ℓ` over the batch, the numerator of the mean; arguments as in `__call__`."""
        return self(outputs, targets, weights).item() * self.weight(targets, weights)

    def weight(self, targets: np.ndarray, weights: np.ndarray | None = None) -> float:
        """Return `Σ w` over the batch, the denominator of the mean.

        Args:
            targets: Targets, (N, …).
            weights: Weight of each example, (N,); None for 1.
        """
        return float(self.count(targets) if weights is None else weights.sum())

    def count(self, targets: np.ndarray) -> int:
        """Return the number of losses that the mean over a batch averages."""
        return len(targets)

    def sample(self, generator: np.random.Generator, count: int) -> tuple[np.ndarray, Any]:
        """Return random outputs and targets (count, …) on which the loss is tested; for a form of its own.

        Args:
            generator: Random generator.
            count: Number of examples.
        """
        raise NotImplementedError
