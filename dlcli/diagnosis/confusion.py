"""Confusion matrix of a split, and its most confused pairs of classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli.diagnosis.training_result import SplitOutcome
from dlcli.metrics import ConfusionMatrix


@dataclass(frozen=True)
class ConfusedPair:
    """A pair of classes that the model confuses.

    Args:
        target: True class.
        predicted: Predicted class.
        count: Number of examples of `target` predicted as `predicted`.
        num_examples: Number of all examples of `target`.
    """

    target: str
    predicted: str
    count: int
    num_examples: int

    @property
    def share(self) -> float:
        return self.count / self.num_examples


@dataclass(frozen=True)
class Confusion:
    """The confusion matrix of a split.

    Args:
        split: Name of the split: train, train_dev, dev or test.
        counts: Counts (K, K); rows are targets and columns predictions.
        class_names: Names of the classes in the order of the rows.
    """

    split: str
    counts: np.ndarray[Any, Any]
    class_names: tuple[str, ...]

    @property
    def examples_per_class(self) -> tuple[int, ...]:
        return tuple(int(count) for count in self.counts.sum(axis=1))

    def most_confused(self, limit: int = 5) -> tuple[ConfusedPair, ...]:
        """Return the pairs with the most mistakes; of equal counts, the rarer class comes first."""
        totals = self.examples_per_class
        pairs = [
            ConfusedPair(self.class_names[row], self.class_names[column], int(count), totals[row])
            for (row, column), count in np.ndenumerate(self.counts)
            if row != column and count
        ]
        return tuple(sorted(pairs, key=lambda pair: (-pair.count, -pair.share))[:limit])

    @property
    def recalls(self) -> tuple[float | None, ...]:
        """Recall of each class; None for a class without examples."""
        totals = self.examples_per_class
        return tuple(self.counts[row, row] / total if total else None for row, total in enumerate(totals))


def confusion_of(outcome: SplitOutcome, class_names: Sequence[str]) -> Confusion | None:
    """Count the (target, prediction) pairs of a split; None if no classes are predicted."""
    view = outcome.predictions.class_view(outcome.truth)
    if view is None:
        return None
    matrix = ConfusionMatrix(len(class_names))
    matrix.update(view.labels, view.truth)
    return Confusion(outcome.split, matrix.counts, tuple(class_names))
