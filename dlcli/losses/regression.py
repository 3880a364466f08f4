"""Losses for regression."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import PositiveFloat, register
from dlcli.losses.loss import Loss, OutputForm


class ValueLoss(Loss):
    """Base class of the losses for regression."""

    needs: ClassVar[OutputForm] = "values"


@register("loss", "mean_squared_error")
class MeanSquaredError(ValueLoss):
    """Squared error `(ŷ − y)²`, minimized by the mean of the targets; sensitive to outliers."""

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return ops.mean_squared_error(outputs, targets, weights)


@register("loss", "mean_absolute_error")
class MeanAbsoluteError(ValueLoss):
    """Absolute error `|ŷ − y|`, minimized by the median of the targets; robust to outliers."""

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return ops.mean_absolute_error(outputs, targets, weights)


@register("loss", "huber")
class Huber(ValueLoss):
    """Huber loss: `r²/2` for residuals |r| ≤ delta, `delta (|r| − delta/2)` beyond (Huber 1964).

    Args:
        delta: Residual at which the loss changes from squared to absolute, in units of the (normalized) target.
    """

    def __init__(self, *, delta: PositiveFloat = 1.0) -> None:
        self.delta = delta

    def __call__(self, outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None = None) -> Tensor:
        return ops.huber(outputs, targets, weights, delta=self.delta)
