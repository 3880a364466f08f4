"""Precision, recall and F1.

For a class with `hits` true positives, `predicted` predictions and `actual` examples: `precision = hits / predicted`,
`recall = hits / actual`, and `F1 = 2 hits / (predicted + actual)`, their harmonic mean. A quotient 0/0 counts as 0: the
precision of a class that is never predicted, the recall of a class without examples. These are scikit-learn's
conventions.

`average` combines the classes: "binary" is the score of one class against all others, "macro" the mean over the classes
that occur as a target or a prediction, "weighted" this mean weighted by the number of examples, "micro" the score of
the summed counts, which equals the accuracy. All but "binary" prefix the metric's name, as in `macro_f1`.
"""

from __future__ import annotations

import math
from typing import ClassVar, Literal, TypeAlias, get_args

import numpy as np

from dlcli.core import register
from dlcli.metrics.confusion_matrix import ConfusionMatrix
from dlcli.metrics.metric import Metric
from dlcli.metrics.unit import Unit

Average: TypeAlias = Literal["binary", "macro", "micro", "weighted"]


class ClassScore(Metric):
    """Base class of the metrics with a score for each class."""

    unit = Unit.SHARE
    #: Name of the metric without the average.
    score_name: ClassVar[str]

    def __init__(self, average: Average, positive_class: str | int | None) -> None:
        self.name = self._name(average)
        self.average = average
        if average == "binary":
            self.over_all_classes = self._name("macro")
            self.positive_class = positive_class
            self.positive_index = positive_class if isinstance(positive_class, int) else 1
        self.reset()

    @classmethod
    def is_name(cls, name: str) -> bool:
        return any(name == cls._name(average) for average in get_args(Average))

    @classmethod
    def _name(cls, average: Average) -> str:
        return cls.score_name if average == "binary" else f"{average}_{cls.score_name}"

    def reset(self) -> None:
        self.confusion = ConfusionMatrix(0 if self.positive_index is None else self.positive_index + 1)

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        self.confusion.update(predictions, targets)

    def result(self) -> float:
        counts = self.confusion.counts
        hits, predicted, actual = counts.diagonal(), counts.sum(axis=0), counts.sum(axis=1)
        if not actual.any():
            return math.nan
        if self.average == "micro":
            return float(self.score(hits.sum(), predicted.sum(), actual.sum()))
        scores = self.score(hits, predicted, actual)
        if self.positive_index is not None:
            return float(scores[self.positive_index])
        if self.average == "weighted":
            return float(np.average(scores, weights=actual))
        return float(scores[predicted + actual > 0].mean())

    def score(self, hits: np.ndarray, predicted: np.ndarray, actual: np.ndarray) -> np.ndarray:
        """Return the score of each class, (K,).

        Args:
            hits: Number of true positives of each class, (K,).
            predicted: Number of predictions of each class, (K,).
            actual: Number of examples of each class, (K,).
        """
        raise NotImplementedError


@register("metric", "precision")
class Precision(ClassScore):
    """Fraction of the predictions of a class that are correct.

    Args:
        average: Average over the classes: binary (only the positive class), macro, micro or weighted.
        positive_class: Name or label of the positive class for `binary`; null means evaluation.positive_class, else by
            convention the second of 0/1, −1/1, false/true, no/yes or negative/positive.
    """

    score_name = "precision"

    def __init__(self, *, average: Average = "binary", positive_class: str | int | None = None) -> None:
        super().__init__(average, positive_class)

    def score(self, hits: np.ndarray, predicted: np.ndarray, actual: np.ndarray) -> np.ndarray:  # noqa: ARG002
        return _ratio(hits, predicted)


@register("metric", "recall")
class Recall(ClassScore):
    """Fraction of the examples of a class that are predicted as this class.

    Args:
        average: Average over the classes: binary (only the positive class), macro, micro or weighted.
        positive_class: Name or label of the positive class for `binary`; null means evaluation.positive_class, else by
            convention the second of 0/1, −1/1, false/true, no/yes or negative/positive.
    """

    score_name = "recall"

    def __init__(self, *, average: Average = "binary", positive_class: str | int | None = None) -> None:
        super().__init__(average, positive_class)

    def score(self, hits: np.ndarray, predicted: np.ndarray, actual: np.ndarray) -> np.ndarray:  # noqa: ARG002
        return _ratio(hits, actual)


@register("metric", "f1")
class F1(ClassScore):
    """Harmonic mean of precision and recall.

    Args:
        average: Average over the classes: binary (only the positive class), macro, micro or weighted.
        positive_class: Name or label of the positive class for `binary`; null means evaluation.positive_class, else by
            convention the second of 0/1, −1/1, false/true, no/yes or negative/positive.
    """

    score_name = "f1"

    def __init__(self, *, average: Average = "binary", positive_class: str | int | None = None) -> None:
        super().__init__(average, positive_class)

    def score(self, hits: np.ndarray, predicted: np.ndarray, actual: np.ndarray) -> np.ndarray:
        return _ratio(2 * hits, predicted + actual)


@register("metric", "macro_precision")
def macro_precision() -> Precision:
    """Mean precision of the classes, unweighted."""
    return Precision(average="macro")


@register("metric", "macro_recall")
def macro_recall() -> Recall:
    """Mean recall of the classes, unweighted."""
    return Recall(average="macro")


@register("metric", "macro_f1")
def macro_f1() -> F1:
    """Mean F1 of the classes, unweighted."""
    return F1(average="macro")


@register("metric", "weighted_precision")
def weighted_precision() -> Precision:
    """Mean precision of the classes, weighted by their number of examples."""
    return Precision(average="weighted")


@register("metric", "weighted_recall")
def weighted_recall() -> Recall:
    """Mean recall of the classes, weighted by their number of examples."""
    return Recall(average="weighted")


@register("metric", "weighted_f1")
def weighted_f1() -> F1:
    """Mean F1 of the classes, weighted by their number of examples."""
    return F1(average="weighted")


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return `part / whole`, and 0 where `whole` is 0."""
    ratio: np.ndarray = np.divide(part, whole, out=np.zeros(np.shape(whole)), where=whole > 0)
    return ratio
