"""Area under the ROC curve: how well a score separates one class from the others at any threshold."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import ClassVar

import numpy as np

from dlcli.core import register
from dlcli.metrics.metric import Metric


class RankingMetric(Metric):
    """Base class of the ranking metrics, which rank the examples by the probability of a class; stores all of them."""

    needs: ClassVar[str] = "probabilities"

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._probabilities: list[np.ndarray] = []
        self._targets: list[np.ndarray] = []

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        self._probabilities.append(predictions.copy())
        self._targets.append(targets.copy())

    def result(self) -> float:
        if not self._targets:
            return math.nan
        probabilities, targets = np.concatenate(self._probabilities), np.concatenate(self._targets)
        if self.positive_index is not None:
            return self._score_of_class(probabilities, targets, self.positive_index)
        return float(
            np.mean([self._score_of_class(probabilities, targets, index) for index in range(probabilities.shape[1])])
        )

    def _score_of_class(self, probabilities: np.ndarray, targets: np.ndarray, index: int) -> float:
        scores, positive = probabilities[:, index], targets == index
        return math.nan if np.isnan(scores).any() else self.score(scores, positive)

    @abstractmethod
    def score(self, scores: np.ndarray, positive: np.ndarray) -> float:
        """Return how well scores (N,) rank the positive examples, marked by `positive` (N,), above the others."""


@register("metric", "roc_auc")
class ROCAUC(RankingMetric):
    """Area under the ROC curve: probability that a positive example scores above a negative one, ties counting half.

    NaN when all examples or none are positive. Stores a score for every example.

    Args:
        positive_class: Name or label of the positive class, whose probability is the score; null means
            evaluation.positive_class, else by convention the second of 0/1, −1/1, false/true, no/yes or
            negative/positive.
    """

    name = "roc_auc"
    over_all_classes = "macro_roc_auc"

    def __init__(self, *, positive_class: str | int | None = None) -> None:
        self.positive_class = positive_class
        self.positive_index = positive_class if isinstance(positive_class, int) else 1
        super().__init__()

    def score(self, scores: np.ndarray, positive: np.ndarray) -> float:
        return area_under_roc(scores, positive)


@register("metric", "macro_roc_auc")
class MacroROCAUC(RankingMetric):
    """Mean over the classes of each class's area under the ROC curve against all others; NaN if a class is missing."""

    name = "macro_roc_auc"

    def score(self, scores: np.ndarray, positive: np.ndarray) -> float:
        return area_under_roc(scores, positive)


def area_under_roc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Return the area under the ROC curve (Mann & Whitney 1947); NaN if all examples or none are positive.

    Args:
        scores: Scores, higher for examples that are more likely positive, (N,).
        positive: Whether each example is positive, (N,) bool.
    """
    positives = int(np.count_nonzero(positive))
    negatives = len(positive) - positives
    if not positives or not negatives:
        return math.nan
    # Sorting costs N log N, comparing all pairs of a positive and a negative example N².
    _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[group]  # ranks start at 1; equal scores get their mean rank
    # The rank sum counts for each positive example how many lie below it; those that are positive themselves, 1 + 2 + …
    # + P in all, are subtracted.
    wins = float(ranks[positive].sum()) - positives * (positives + 1) / 2
    return wins / (positives * negatives)
