"""Average precision: the precision-recall curve in one number."""

from __future__ import annotations

import math

import numpy as np

from dlcli.core import register
from dlcli.metrics.roc_auc import RankingMetric


@register("metric", "average_precision")
class AveragePrecision(RankingMetric):
    """Mean of the precisions at all thresholds, each weighted by the increase in recall: `Σ (Rₙ − Rₙ₋₁) Pₙ`.

    NaN when no example is positive. Stores a score for every example.

    Args:
        positive_class: Name or label of the positive class, whose probability is the score; null means
            evaluation.positive_class, else by convention the second of 0/1, −1/1, false/true, no/yes or
            negative/positive.
    """

    name = "average_precision"
    over_all_classes = "macro_average_precision"

    def __init__(self, *, positive_class: str | int | None = None) -> None:
        self.positive_class = positive_class
        self.positive_index = positive_class if isinstance(positive_class, int) else 1
        super().__init__()

    def score(self, scores: np.ndarray, positive: np.ndarray) -> float:
        return average_precision(scores, positive)


@register("metric", "macro_average_precision")
class MacroAveragePrecision(RankingMetric):
    """Mean over the classes of each class's average precision against all others; NaN if a class has no example."""

    name = "macro_average_precision"

    def score(self, scores: np.ndarray, positive: np.ndarray) -> float:
        return average_precision(scores, positive)


def average_precision(scores: np.ndarray, positive: np.ndarray) -> float:
    """Return `Σ (Rₙ − Rₙ₋₁) Pₙ` over the thresholds, as in scikit-learn; NaN if no example is positive.

    Args:
        scores: Scores, higher for examples that are more likely positive, (N,).
        positive: Whether each example is positive, (N,) bool.
    """
    if not positive.any():
        return math.nan
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # equal scores share a threshold
    hits = np.cumsum(positive[order])[ends]
    precision = hits / (ends + 1)
    return float(np.sum(np.diff(hits, prepend=0) / hits[-1] * precision))
