"""Confusion matrix."""

from __future__ import annotations

import numpy as np


class ConfusionMatrix:
    """Confusion matrix: counts of (target, prediction) pairs.

    Args:
        num_classes: Initial number of rows and columns; a higher class index adds more.
    """

    def __init__(self, num_classes: int = 0) -> None:
        #: (K, K) integers, rows are targets and columns predictions
        self.counts = np.zeros((num_classes, num_classes), np.int64)

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        """Count a batch of examples.

        Args:
            predictions: Predicted class indices, (N,).
            targets: True class indices, (N,).

        Raises:
            IndexError: An index is negative.
        """
        if not len(targets):
            return
        if min(predictions.min(), targets.min()) < 0:
            raise IndexError(f"expected a class index of at least 0, got {min(predictions.min(), targets.min())}")
        missing = 1 + max(int(predictions.max()), int(targets.max())) - len(self.counts)
        if missing > 0:
            self.counts = np.pad(self.counts, (0, missing))
        num_classes = len(self.counts)
        pairs = targets.astype(np.int64) * num_classes + predictions
        self.counts += np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)
