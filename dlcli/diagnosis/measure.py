"""The unit of an experiment's error."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

import numpy as np

from dlcli.diagnosis.sampled_errors import SampledErrors
from dlcli.metrics import Unit


class Measure(StrEnum):
    """Unit of the errors of a diagnosis; smaller is better."""

    ERROR_RATE = "error_rate"
    MEAN_SQUARED = "mean_squared_error"
    ROOT_MEAN_SQUARED = "root_mean_squared_error"
    MEAN_ABSOLUTE = "mean_absolute_error"
    NATS_PER_TOKEN = "nats_per_token"

    @classmethod
    def of_metric(cls, metric: str, *, target_kind: str) -> Measure:
        """Return the measure in which a task's optimizing metric, such as `dev/root_mean_squared_error`, is diagnosed.

        Classification metrics are diagnosed as error rates, and metrics of language models in nats. A regression
        metric that is not an average of per-example errors (R²) is diagnosed as the mean squared error.

        Args:
            metric: Metric as `<split>/<metric>`.
            target_kind: Kind of the targets: "classes", "token_labels", "tokens" or "values".
        """
        if target_kind in ("classes", "token_labels"):
            return cls.ERROR_RATE
        if target_kind == "tokens":
            return cls.NATS_PER_TOKEN
        name = metric.rpartition("/")[2]
        return cls(name) if name in {cls.MEAN_ABSOLUTE, cls.ROOT_MEAN_SQUARED} else cls.MEAN_SQUARED

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")

    @property
    def unit(self) -> Unit:
        """Unit for formatting an error: a share of the examples, or the unit of the targets."""
        return Unit.SHARE if self is Measure.ERROR_RATE else Unit.NUMBER

    def per_example(self, predictions: np.ndarray[Any, Any], targets: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Compute the error of each example; `of_errors` aggregates them to the error of the split.

        Args:
            predictions: Class indices (N,), or values (N,) or (N, K); for a language model, the nats (N,).
            targets: Targets of the same shape; for a language model, (N, …) with the number of tokens first.
        """
        if self is Measure.ERROR_RATE:
            return np.asarray(predictions != targets, dtype=np.float64)
        if self is Measure.NATS_PER_TOKEN:  # per mean number of tokens, so that the mean is that over all tokens
            nats: np.ndarray[Any, Any] = predictions.reshape(-1) / targets[:, 0].mean(dtype=np.float64)
            return nats
        difference = np.asarray(predictions, dtype=np.float64) - np.asarray(targets, dtype=np.float64)
        errors = np.abs(difference) if self is Measure.MEAN_ABSOLUTE else difference**2
        per_example: np.ndarray[Any, Any] = errors.reshape(len(errors), -1).mean(axis=1)  # (N, K) -> (N,)
        return per_example

    def sampled(
        self,
        predictions: np.ndarray[Any, Any],
        targets: np.ndarray[Any, Any],
        units: np.ndarray[Any, Any] | None = None,
        *,
        in_order: bool = False,
    ) -> SampledErrors:
        """Compute the errors of a split with their sampling units, which intervals depend on.

        Args:
            predictions: Predictions as for `per_example`.
            targets: Targets as for `per_example`.
            units: Sampling unit of each row (N,); None if each row is a unit.
            in_order: Whether the units are consecutive stretches of one text.
        """
        if self is Measure.NATS_PER_TOKEN:
            nats, tokens = predictions.reshape(-1).astype(np.float64), targets[:, 0].astype(np.float64)
            return SampledErrors(nats, tokens, units, in_order)
        return SampledErrors(self.per_example(predictions, targets), None, units, in_order)

    def of_errors(self, errors: np.ndarray[Any, Any]) -> float:
        """Compute the error of a split from those of its examples (N,)."""
        return self.of_mean(float(np.mean(errors)))

    def of_mean(self, mean: float) -> float:
        """Compute the error of a split from the mean of its examples' errors."""
        return math.sqrt(mean) if self is Measure.ROOT_MEAN_SQUARED else mean
