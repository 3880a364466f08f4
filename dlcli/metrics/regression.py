"""How far predicted values are from the true ones. All outputs of an example, (N, D), count alike."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from dlcli.core import Direction, register
from dlcli.metrics.metric import Metric, PredictionForm


class MeanError(Metric):
    """Base of the means over all elements of what each is off by."""

    direction = Direction.MINIMIZE
    needs: ClassVar[PredictionForm] = "values"

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.total = 0.0
        self.elements = 0

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        errors = self.errors(_columns(predictions) - _columns(targets, like=predictions))
        self.total += float(errors.sum())
        self.elements += errors.size

    def result(self) -> float:
        return self.total / self.elements if self.elements else math.nan

    def errors(self, differences: np.ndarray) -> np.ndarray:
        """The error of each element, from prediction − target."""
        raise NotImplementedError


@register("metric", "mean_squared_error")
class MeanSquaredError(MeanError):
    """The mean of (ŷ − y)²."""

    name = "mean_squared_error"

    def errors(self, differences: np.ndarray) -> np.ndarray:
        squares: np.ndarray = np.square(differences)
        return squares


@register("metric", "root_mean_squared_error")
class RootMeanSquaredError(MeanSquaredError):
    """The square root of the mean of (ŷ − y)²."""

    name = "root_mean_squared_error"

    def result(self) -> float:
        return math.sqrt(super().result())


@register("metric", "mean_absolute_error")
class MeanAbsoluteError(MeanError):
    """The mean of |ŷ − y|."""

    name = "mean_absolute_error"

    def errors(self, differences: np.ndarray) -> np.ndarray:
        sizes: np.ndarray = np.abs(differences)
        return sizes


@register("metric", "r2")
class R2(Metric):
    """The explained share of the variance: 1 − Σ(y − ŷ)² / Σ(y − ȳ)², averaged over outputs; may be negative.

    NaN below two examples. Of an output whose targets are all equal 1 when all are predicted exactly, else 0, as in
    scikit-learn.
    """

    name = "r2"
    needs: ClassVar[PredictionForm] = "values"

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.examples = 0
        self.origin: np.ndarray | None = None
        self.constant: np.ndarray = np.ones(1, bool)
        self.mean: np.ndarray = np.zeros(1)
        self.variation: np.ndarray = np.zeros(1)
        self.residual: np.ndarray = np.zeros(1)

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        values = _columns(targets, like=predictions)  # (N, D)
        if not len(values):
            return
        if self.origin is None:
            self.origin, self.constant = values[0], np.ones(values.shape[1], bool)
        self.constant &= (values == self.origin).all(axis=0)  # the rounded variation of equal values need not be 0
        before, added = self.examples, len(values)
        mean = values.mean(axis=0)
        shift = mean - self.mean
        self.examples += added
        # Chan et al. (1979): merging two sets' sums of squares about their own means
        variation = np.square(values - mean).sum(axis=0)
        self.variation = self.variation + variation + shift**2 * (before * added / self.examples)
        self.mean = self.mean + shift * (added / self.examples)
        self.residual = self.residual + np.square(_columns(predictions) - values).sum(axis=0)

    def result(self) -> float:
        if self.examples < 2:
            return math.nan
        constant = self.constant | (self.variation == 0)
        unexplained = np.divide(self.residual, self.variation, out=np.ones_like(self.residual), where=~constant)
        return float(np.mean(np.where(constant & (self.residual == 0), 1.0, 1 - unexplained)))


def _columns(values: np.ndarray, like: np.ndarray | None = None) -> np.ndarray:
    """Values (N,) or (N, D) as (N, D) in double precision.

    Raises:
        ValueError: they are not as many as those they are compared with; broadcasting would hide it.
    """
    if like is not None and (len(values), values.size) != (len(like), like.size):
        raise ValueError(f"predictions of shape {like.shape} for targets of shape {values.shape}")
    return values.astype(np.float64).reshape(len(values), -1 if values.size else 1)
