"""Fit of the predicted values of a regression to the true values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli.diagnosis.training_result import SplitOutcome


@dataclass(frozen=True)
class RegressionFit:
    """Predicted and true values of one target in a split.

    Args:
        split: Name of the split: train, train_dev, dev or test.
        target: Name of the target.
        truth: True values (N,) in the unit of the target.
        predictions: Predicted values (N,) in the same unit.
    """

    split: str
    target: str
    truth: np.ndarray[Any, Any]
    predictions: np.ndarray[Any, Any]

    @property
    def residuals(self) -> np.ndarray[Any, Any]:
        """True minus predicted values (N,)."""
        residuals: np.ndarray[Any, Any] = self.truth - self.predictions
        return residuals

    @property
    def r2(self) -> float | None:
        """Share of the variance that is explained; None if the true values are constant."""
        spread = float(np.sum((self.truth - self.truth.mean()) ** 2))
        return 1 - float(np.sum(self.residuals**2)) / spread if spread > 0 else None

    @property
    def root_mean_squared_error(self) -> float:
        return math.sqrt(float(np.mean(self.residuals**2)))

    @property
    def mean_residual(self) -> float:
        """Mean of the residuals; positive if predictions are too small on average."""
        return float(np.mean(self.residuals))


def regression_fits(outcome: SplitOutcome, target_names: Sequence[str]) -> tuple[RegressionFit, ...]:
    """Return the fit of each target; empty if no values are predicted.

    Args:
        outcome: Predictions and targets of the split, with values (N,) or (N, K).
        target_names: Names of the K targets; empty if they have no names.
    """
    view = outcome.predictions.value_view(outcome.truth)
    if view is None:
        return ()
    truth = view.truth.astype(np.float64).reshape(len(view.truth), -1)
    predictions = view.values.astype(np.float64).reshape(truth.shape)
    count = truth.shape[1]
    default_names = ["value"] if count == 1 else [f"value_{k}" for k in range(count)]
    names = list(target_names) if len(target_names) == count else default_names
    return tuple(RegressionFit(outcome.split, name, truth[:, k], predictions[:, k]) for k, name in enumerate(names))
