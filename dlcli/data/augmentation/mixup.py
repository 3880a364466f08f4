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
    """Train on `λ x_i + (1 − λ) x_j` with target `λ y_i + (1 − λ) y_j` (Zhang et al. 2018, arXiv:1710.09412).

    j is a random permutation of the batch, and every batch draws one λ ~ Beta(alpha, alpha). A λ below ½ is replaced by
    1 − λ, which swaps the roles within pairs: x_i has the larger weight, and the running training metrics use its
    class.

    Args:
        alpha: Parameter of the Beta distribution; 0.1 to 0.4 mixes little in most batches, 1 draws λ uniformly.
    """

    needs_images: ClassVar[bool] = False
    keeps_places: ClassVar[bool] = False  # a mixture has the things of two images

    def __init__(self, *, alpha: PositiveFloat = 0.2) -> None:
        self.alpha = alpha

    def mix(self, generator: np.random.Generator, batch: Batch, num_classes: int | None) -> Batch:
        """Mix every example of a batch with another one.

        Args:
            generator: Random generator.
            batch: Batch with floating-point inputs, and targets.
            num_classes: Number of classes: classes (N,) become distributions (N, num_classes); None = mix the targets
                themselves: values, or 0 and 1 for two classes.
        """
        assert batch.targets is not None, "the training set has targets"
        share = generator.beta(self.alpha, self.alpha)
        share = max(share, 1 - share)
        partners = generator.permutation(len(batch))
        targets = batch.targets.astype(np.float32)
        if num_classes is not None:
            targets = np.eye(num_classes, dtype=np.float32)[batch.targets]  # (N,) -> (N, K)
        inputs = interpolate(batch.inputs, batch.inputs[partners], share)
        return replace(batch, inputs=inputs, targets=interpolate(targets, targets[partners], share))


def interpolate(own: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """Return `share · own + (1 − share) · other` in the type of `own`; `other` is overwritten."""
    other -= own
    other *= own.dtype.type(1 - share)
    other += own
    return other
