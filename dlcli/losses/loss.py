"""What training makes small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from dlcli.autograd import Tensor

#: a logit of each class (N, K), a logit of the second of two classes (N, 1), or values (N, K)
OutputForm: TypeAlias = Literal["class logits", "one logit", "values"]


class Loss:
    """Base of the losses: from a model's outputs and the targets to one number."""

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
