"""Metrics for regression; all D outputs of an example have the same weight."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from dlcli.core import Direction, register
from dlcli.metrics.metric import Metric


class MeanError(Metric):
    """Base class of the means of an error over all elements."""

    direction = Direction.MINIMIZE
    needs: ClassVar[str] = "values"

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
        """Return the error of each element from the differences, prediction − target."""
        raise NotImplementedError


@register("metric", "mean_squared_error")
class MeanSquaredError(MeanError):
    """Mean of (ŷ − y)²."""

    name = "mean_squared_error"

    def errors(self, differences: np.ndarray) -> np.ndarray:
        squares: np.ndarray = np.square(differences)
        return squares


@register("metric", "root_mean_squared_error")
class RootMeanSquaredError(MeanSquaredError):
    """Square root of the mean of (ŷ − y)²."""

    name = "root_mean_squared_error"

    def result(self) -> float:
        return math.sqrt(super().result())


@register("metric", "mean_absolute_error")
class MeanAbsoluteError(MeanError):
    """Mean of |ŷ − y|."""

    name = "mean_absolute_error"

    def errors(self, differences: np.ndarray) -> np.ndarray:
        magnitudes: np.ndarray = np.abs(differences)
        return magnitudes


@register("metric", "r2")
class R2(Metric):
    """Coefficient of determination, 1 − Σ(y − ŷ)² / Σ(y − ȳ)², averaged over the outputs; it may be negative.

    NaN with fewer than two examples. An output whose targets are all equal scores 1 if all predictions are exact,
    else 0, as in scikit-learn.
    """

    name = "r2"
    needs: ClassVar[str] = "values"

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
        # Chan et al. (1979): merge the sums of squares of two sets, each about the set's mean
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
    """Return values (N,) or (N, D) as (N, D) in double precision.

    Raises:
        ValueError: The number of values differs from that of `like`; broadcasting would hide this.
    """
    if like is not None and (len(values), values.size) != (len(like), like.size):
        raise ValueError(f"expected targets of the predictions' shape {like.shape}, got {values.shape}")
    return values.astype(np.float64).reshape(len(values), -1 if values.size else 1)
