"""ROC and precision-recall curves of a classifier with two classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli.diagnosis.training_result import SplitOutcome


@dataclass(frozen=True)
class Ranking:
    """ROC curve and precision-recall curve of a split, from the highest threshold to the lowest.

    Args:
        split: Name of the split: train, train_dev, dev or test.
        positive_class: Name of the class whose probability is the score.
        num_positive: Number of examples of the positive class.
        num_negative: Number of examples of the other class.
        true_positive_rates: Recall (T + 1,): share of the positive examples at or above each threshold; 0 first.
        false_positive_rates: Share (T + 1,) of the negative examples at or above each threshold; 0 first.
        precisions: Share (T,) of positive examples among those at or above each threshold.
    """

    split: str
    positive_class: str
    num_positive: int
    num_negative: int
    true_positive_rates: np.ndarray[Any, Any]
    false_positive_rates: np.ndarray[Any, Any]
    precisions: np.ndarray[Any, Any]

    @property
    def area_under_roc(self) -> float:
        """Area under the ROC curve by the trapezoidal rule: ties count half."""
        return float(np.trapezoid(self.true_positive_rates, self.false_positive_rates))

    @property
    def average_precision(self) -> float:
        """Mean of the precisions, weighted by the increase in recall, without interpolation."""
        return float(np.sum(np.diff(self.true_positive_rates) * self.precisions))


def ranking_of(outcome: SplitOutcome, class_names: Sequence[str], positive: int = 1) -> Ranking | None:
    """Compute the curves of a split; None without probabilities of two classes, or if all examples are of one class.

    Args:
        outcome: Predictions and targets of the split.
        class_names: Names of both classes.
        positive: Index of the class whose probability is the score.
    """
    view = outcome.predictions.class_view(outcome.truth)
    if view is None or len(class_names) != 2:
        return None
    scores, is_positive = view.probabilities[:, positive], view.truth == positive
    count = int(np.count_nonzero(is_positive))
    if count in (0, len(is_positive)) or not np.isfinite(scores).all():
        return None
    # From the highest threshold to the lowest: true and false positives are cumulative sums.
    order = np.argsort(-scores, kind="stable")
    # No threshold separates equal scores, so only the end of each run of equal scores is a point of the curve.
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    true_positives = np.cumsum(is_positive[order])[last]
    true_rates, false_rates = true_positives / count, (last + 1 - true_positives) / (len(order) - count)
    return Ranking(
        outcome.split,
        class_names[positive],
        count,
        len(order) - count,
        np.append(0.0, true_rates),
        np.append(0.0, false_rates),
        true_positives / (last + 1),
    )
