"""The unit an experiment's error is counted in, and how it is written for people."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

import numpy as np

from dlcli.core import percent
from dlcli.diagnosis.sampled_errors import SampledErrors

#: what is written for an interval that one example, or one group of them, says nothing about
NOT_KNOWN = "not known"


class Measure(StrEnum):
    """What `error` means in every level and gap of a diagnosis; the smaller the better."""

    ERROR_RATE = "error_rate"
    MEAN_SQUARED = "mean_squared_error"
    ROOT_MEAN_SQUARED = "root_mean_squared_error"
    MEAN_ABSOLUTE = "mean_absolute_error"
    NATS_PER_TOKEN = "nats_per_token"

    @classmethod
    def of_metric(cls, metric: str, *, target_kind: str) -> Measure:
        """The measure in which a task's optimizing metric, such as `dev/root_mean_squared_error`, is diagnosed.

        Every classification metric is diagnosed as an error rate, every metric of a language model in nats; a
        regression metric that is no average of per-example errors (R²) as the mean squared error it is made of.

        Args:
            metric: as `<split>/<metric>`.
            target_kind: what is predicted: "classes", "token_labels", "tokens" or "values".
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

    def per_example(self, predictions: np.ndarray[Any, Any], targets: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The error of each example; `of_errors` of them is the error of the split.

        Args:
            predictions: class indices (N,), or values (N,) or (N, K); of a language model, the nats (N,).
            targets: the same shape; of a language model, (N, …) with the number of tokens first.
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
    ) -> SampledErrors:
        """The errors of a split with what its intervals need to know about how its examples were sampled.

        Args:
            predictions: as those of `per_example`.
            targets: likewise.
            units: sampling unit of each row (N,); None makes each row a unit of its own.
        """
        if self is Measure.NATS_PER_TOKEN:
            return SampledErrors(predictions.reshape(-1).astype(np.float64), targets[:, 0].astype(np.float64), units)
        return SampledErrors(self.per_example(predictions, targets), None, units)

    def of_errors(self, errors: np.ndarray[Any, Any]) -> float:
        """The error of a split, from those of its examples (N,)."""
        return self.of_mean(float(np.mean(errors)))

    def of_mean(self, mean: float) -> float:
        """The error of a split, from the mean of its examples' errors."""
        return math.sqrt(mean) if self is Measure.ROOT_MEAN_SQUARED else mean

    def text(self, value: float) -> str:
        """An error as people read it: `2.3 %`, or three significant digits of the target's unit."""
        return f"{percent(value, _decimals(value))} %" if self is Measure.ERROR_RATE else significant(value)

    def range_text(self, low: float, high: float) -> str:
        """The two ends of an interval of an error."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return NOT_KNOWN
        if self is not Measure.ERROR_RATE:
            return f"{significant(low)} … {significant(high)}"
        decimals = _decimals(max(abs(low), abs(high)))
        return f"{_percent(low, decimals)} … {_percent(high, decimals)} %"

    def difference_text(self, value: float) -> str:
        """A difference of two errors with its sign: percentage points, or the target's unit."""
        if self is not Measure.ERROR_RATE:
            return _signed(significant(value))
        return f"{_signed(_percent(value, _decimals(value)))} points"

    def difference_range_text(self, low: float, high: float) -> str:
        """The two ends of an interval of a difference, with their signs."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return NOT_KNOWN
        if self is not Measure.ERROR_RATE:
            return f"{_signed(significant(low))} … {_signed(significant(high))}"
        decimals = _decimals(max(abs(low), abs(high)))
        return f"{_signed(_percent(low, decimals))} … {_signed(_percent(high, decimals))}"


def significant(value: float) -> str:
    """`value` with three significant digits, in plain notation where that is readable."""
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        digits = 2 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
        return f"{value:,.{digits}f}"
    return f"{value:.2e}"


def _decimals(rate: float) -> int:
    """How many decimals a percentage deserves: two below one percent."""
    return 2 if 0 < abs(rate) < 0.0095 else 1


def _percent(rate: float, decimals: int) -> str:
    return f"{100 * rate:.{decimals}f}"


def _signed(number: str) -> str:
    """With a plus or a true minus sign; a zero has neither."""
    if not number.strip("-0."):
        return number.lstrip("-")
    return f"−{number[1:]}" if number.startswith("-") else f"+{number}"
