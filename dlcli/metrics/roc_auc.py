"""How well a score separates one class from the others, whatever the threshold."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from dlcli.constraints import NonNegativeInt
from dlcli.metrics.metric import Metric, PredictionForm
from dlcli.registry import register


@register("metric", "roc_auc")
class ROCAUC(Metric):
    """The area under the ROC curve: how often a positive example scores above a negative one, ties counting half.

    NaN when all examples are positive, or none is: there is nothing to tell apart. Keeps a score for every example.

    Args:
        positive_class: index of the class whose probability is the score; all others are negative.
    """

    name = "roc_auc"
    needs: ClassVar[PredictionForm] = "probabilities"

    def __init__(self, *, positive_class: NonNegativeInt = 1) -> None:
        self.positive_class = positive_class
        self.reset()

    def reset(self) -> None:
        self._scores: list[np.ndarray] = []
        self._positive: list[np.ndarray] = []

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        self._scores.append(predictions[:, self.positive_class].copy())
        self._positive.append(targets == self.positive_class)

    def result(self) -> float:
        if not self._scores:
            return math.nan
        scores, positive = np.concatenate(self._scores), np.concatenate(self._positive)
        positives = int(np.count_nonzero(positive))
        negatives = len(positive) - positives
        if not positives or not negatives or np.isnan(scores).any():
            return math.nan
        _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
        ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[group]  # from 1; equal scores share their mean rank
        wins = float(ranks[positive].sum()) - positives * (positives + 1) / 2  # Mann & Whitney (1947)
        return wins / (positives * negatives)
