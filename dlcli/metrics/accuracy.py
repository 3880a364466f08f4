"""Accuracy, error and top-k accuracy."""

from __future__ import annotations

import math
import re
from typing import ClassVar

import numpy as np

from dlcli.core import Direction, PositiveInt, register
from dlcli.metrics.metric import Metric
from dlcli.metrics.unit import Unit


@register("metric", "accuracy")
class Accuracy(Metric):
    """Fraction of examples whose class is predicted correctly."""

    name = "accuracy"
    unit = Unit.SHARE

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.correct = 0
        self.examples = 0

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        self.correct += int(np.count_nonzero(predictions == targets))
        self.examples += len(targets)

    def result(self) -> float:
        return self.correct / self.examples if self.examples else math.nan


@register("metric", "error")
class Error(Accuracy):
    """Fraction of examples whose class is predicted incorrectly: 1 − accuracy."""

    name = "error"
    direction = Direction.MINIMIZE

    def result(self) -> float:
        return (self.examples - self.correct) / self.examples if self.examples else math.nan


@register("metric", "top_k_accuracy")
class TopKAccuracy(Accuracy):
    """Fraction of examples whose class is among the k most probable ones; reported as `top_<k>_accuracy`.

    Ties are broken in favor of the lower class index, so that k = 1 is the accuracy.

    Args:
        k: Number of most probable classes among which the true class may be.
    """

    needs: ClassVar[str] = "probabilities"

    def __init__(self, *, k: PositiveInt = 5) -> None:
        self.k = k
        self.name = f"top_{k}_accuracy"
        super().__init__()

    @classmethod
    def is_name(cls, name: str) -> bool:
        return re.fullmatch(r"top_[1-9][0-9]*_accuracy", name) is not None

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        true_class = predictions[np.arange(len(targets)), targets][:, None]  # (N, K) -> (N, 1)
        has_lower_index = np.arange(predictions.shape[1]) < targets[:, None]
        # written as `not <=`, so that NaN ranks ahead of everything
        ahead = ~(predictions <= true_class) | ((predictions == true_class) & has_lower_index)
        self.correct += int(np.count_nonzero(ahead.sum(axis=1) < self.k))
        self.examples += len(targets)
