"""What the error of an example is, in what unit, and how the error of a split follows from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import registry
from dlcli.data import Rows
from dlcli.metrics import Unit
from dlcli.tasks.predictions import Predictions


@dataclass(frozen=True)
class ExampleErrors:
    """Errors of N examples; the error of all is the ratio of the two sums.

    Args:
        sums: Error of each example (N,): 0 or 1 for a class, squared or absolute for a value, the nats of a text.
        sizes: Weight of each example (N,), such as the number of tokens of a text; None for weights of 1.
    """

    sums: np.ndarray
    sizes: np.ndarray | None = None


@dataclass(frozen=True)
class SetStatistic:
    """An error that is no ratio of sums over examples, such as 1 − F1 or 1 − mean average precision.

    Args:
        function: Function from row numbers (n,), which may repeat, to the error of these examples; NaN if undefined.
        size: Number of examples.
    """

    function: Callable[[np.ndarray], float]
    size: int


@dataclass(frozen=True)
class ErrorMeasure:
    """Base class of the measures of error; smaller is better. Reports store a measure by its registered name."""

    registry_kind: ClassVar[str] = "error_measure"

    #: unit in which errors are formatted
    unit: ClassVar[Unit] = Unit.NUMBER
    #: metric with the same values; None if there is only a complement
    metric: ClassVar[str | None] = None
    #: metric whose values are 1 minus the error; None if there is none
    complement: ClassVar[str | None] = None
    #: whether the error of an example is 0 or 1, so that the error of a split is a binomial proportion
    is_rate: ClassVar[bool] = False
    #: whether the error of a split is the square root of the mean over its examples
    is_root: ClassVar[bool] = False
    #: whether the least possible error is unknown and above 0, such as the entropy of a text
    has_unknown_optimum: ClassVar[bool] = False
    #: plural of the errors of examples if a few of them can dominate their sum; None if they cannot
    summands: ClassVar[str | None] = None
    #: largest possible error
    largest: ClassVar[float] = math.inf

    @property
    def name(self) -> str:
        """Registered name, such as `error_rate`."""
        return registry.name_of("error_measure", type(self))

    @property
    def label(self) -> str:
        """Name for people, such as `error rate`."""
        return self.name.replace("_", " ")

    def errors(self, predictions: Predictions, truth: np.ndarray | Rows) -> ExampleErrors | SetStatistic:
        """Compute the errors of some examples, or the statistic that is the error of any set of them.

        Args:
            predictions: Predictions of the task for N examples.
            truth: Truth of the same examples, as the task returns it.
        """
        raise NotImplementedError

    def errors_of_records(self, records: Sequence[Mapping[str, Any]]) -> ExampleErrors | SetStatistic:
        """Compute the errors of some examples from a file of predictions.

        Args:
            records: Rows of the file: `target`, and the prediction under the task's keys.
        """
        raise NotImplementedError

    def baseline(
        self, train: np.ndarray | Rows, truth: np.ndarray | Rows, class_names: Sequence[str]
    ) -> tuple[str, ExampleErrors | SetStatistic]:
        """Return the constant prediction that fits the training set best, in words, and its errors.

        Args:
            train: Truth of the training set, which determines the constant.
            truth: Truth of the examples to predict.
            class_names: Names of the classes; empty if no classes are predicted.
        """
        raise NotImplementedError

    def of_mean(self, mean: float) -> float:
        """Compute the error of a split from the mean over its examples."""
        return math.sqrt(mean) if self.is_root else mean


def error_measure(name: str) -> ErrorMeasure:
    """Return the measure with a registered name.

    Raises:
        ConfigError: The name is unknown.
    """
    measure: ErrorMeasure = registry.lookup("error_measure", name)()
    return measure
