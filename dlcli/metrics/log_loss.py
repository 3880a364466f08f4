"""Log loss."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from dlcli.core import Direction, register
from dlcli.kernels import check_labels
from dlcli.metrics.metric import Metric


@register("metric", "log_loss")
class LogLoss(Metric):
    """Mean of −log p of the true class, with p clipped to [eps, 1 − eps] of its dtype, as in scikit-learn."""

    name = "log_loss"
    direction = Direction.MINIMIZE
    needs: ClassVar[str] = "probabilities"

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.total = 0.0
        self.examples = 0

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        eps = np.finfo(predictions.dtype).eps
        check_labels(targets, predictions.shape[1])
        true_class = predictions[np.arange(len(targets)), targets].astype(np.float64)  # (N, K) -> (N,)
        self.total -= float(np.log(np.clip(true_class, eps, 1 - eps)).sum())
        self.examples += len(targets)

    def result(self) -> float:
        return self.total / self.examples if self.examples else math.nan
