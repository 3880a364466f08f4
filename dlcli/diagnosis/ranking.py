"""How well the probability of one of two classes ranks the examples, at every threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli.diagnosis.training_result import SplitOutcome


@dataclass(frozen=True)
class Ranking:
    """The ROC curve and the precision-recall curve of a split, from the strictest threshold to the loosest.

    Args:
        split: train, train_dev, dev or test.
        positive_class: name of the class whose probability is the score.
        num_positive: number of its examples.
        num_negative: number of the others.
        true_positive_rates: (T + 1,) share of the positive examples at or above each threshold, the recall; 0 first.
        false_positive_rates: (T + 1,) share of the negative ones; 0 first.
        precisions: (T,) share of positive examples among those at or above each threshold.
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
        """The area under the ROC curve, by trapezoids: equal scores count half."""
        return float(np.trapezoid(self.true_positive_rates, self.false_positive_rates))

    @property
    def average_precision(self) -> float:
        """The mean of the precisions, each weighted by the increase in recall, without interpolation."""
        return float(np.sum(np.diff(self.true_positive_rates) * self.precisions))


def ranking_of(outcome: SplitOutcome, class_names: Sequence[str], positive: int = 1) -> Ranking | None:
    """The curves of a split with two classes; None where there are no probabilities or all examples are of one class.

    Args:
        outcome: of the split.
        class_names: of both classes.
        positive: index of the class whose probability is the score.
    """
    if outcome.probabilities is None or len(class_names) != 2 or outcome.targets.ndim != 1:
        return None
    scores, is_positive = outcome.probabilities[:, positive], outcome.targets == positive
    count = int(np.count_nonzero(is_positive))
    if count in (0, len(is_positive)) or not np.isfinite(scores).all():
        return None
    # From the strictest threshold to the loosest: hits and false alarms are cumulative sums.
    order = np.argsort(-scores, kind="stable")
    # Equal scores cannot be told apart by any threshold, so only the end of each run is a point of the curve.
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)  # of each run of equal scores
    hits = np.cumsum(is_positive[order])[last]
    recalled, mistaken = hits / count, (last + 1 - hits) / (len(order) - count)
    return Ranking(
        outcome.split,
        class_names[positive],
        count,
        len(order) - count,
        np.append(0.0, recalled),
        np.append(0.0, mistaken),
        hits / (last + 1),
    )
