"""Losses of predicted numbers."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveFloat, register
from dlcli.losses.loss import Loss, OutputForm


class ValueLoss(Loss):
    """Base of the losses of predicted numbers."""

    needs: ClassVar[OutputForm] = "values"


@register("loss", "mean_squared_error")
class MeanSquaredError(ValueLoss):
    """`(ŷ − y)²`: predicts the mean; one outlier can outweigh the rest."""

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return ops.mean_squared_error(outputs, targets, weights)


@register("loss", "mean_absolute_error")
class MeanAbsoluteError(ValueLoss):
    """`|ŷ − y|`: predicts the median; outliers count by their distance only."""

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return ops.mean_absolute_error(outputs, targets, weights)


@register("loss", "huber")
class Huber(ValueLoss):
    """`r²/2` for residuals |r| ≤ delta, `delta (|r| − delta/2)` beyond (Huber 1964).

    Args:
        delta: where it turns from squared to absolute, in units of the (normalized) target.
    """

    def __init__(self, *, delta: PositiveFloat = 1.0) -> None:
        self.delta = delta

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return ops.huber(outputs, targets, weights, delta=self.delta)
