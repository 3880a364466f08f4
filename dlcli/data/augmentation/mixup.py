"""Convex combinations of examples and of their targets."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from dlcli.core import PositiveFloat, register
from dlcli.data.augmentation.augmentation import Augmentation
from dlcli.data.batches import Batch


@register("augmentation", "mixup")
class Mixup(Augmentation):
    """`λ x_i + (1 − λ) x_j` with the target `λ y_i + (1 − λ) y_j`, one λ a batch (Zhang et al. 2018, arXiv:1710.09412).

    j runs through the batch in a random order. λ ~ Beta(alpha, alpha), and where it is below ½ it changes places with
    1 − λ: the pairs stay what they are, and the example that weighs more is the one that was drawn for the batch. The
    running metrics of the training set judge by its class.

    Args:
        alpha: 0.1 to 0.4 mixes little in most batches; 1 makes all shares equally likely.
    """

    needs_images: ClassVar[bool] = False

    def __init__(self, *, alpha: PositiveFloat = 0.2) -> None:
        self.alpha = alpha

    def mix(self, generator: np.random.Generator, batch: Batch, num_classes: int | None) -> Batch:
        """Every example of a batch mixed with another one.

        Args:
            generator: for the draw.
            batch: float inputs, and targets.
            num_classes: classes (N,) become distributions (N, num_classes); None = targets are numbers and mixed as
                they are: values, or 0 and 1 for two classes.
        """
        assert batch.targets is not None, "the training set has targets"
        share = generator.beta(self.alpha, self.alpha)
        share = max(share, 1 - share)
        partners = generator.permutation(len(batch))
        targets = batch.targets.astype(np.float32)
        if num_classes is not None:
            targets = np.eye(num_classes, dtype=np.float32)[batch.targets]  # (N,) -> (N, K)
        inputs = between(batch.inputs, batch.inputs[partners], share)
        return replace(batch, inputs=inputs, targets=between(targets, targets[partners], share))


def between(own: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """`share · own + (1 − share) · other`, in the type of `own`; `other` is overwritten."""
    other -= own
    other *= own.dtype.type(1 - share)
    other += own
    return other
