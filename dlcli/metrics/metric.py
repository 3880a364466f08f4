"""Base class of the metrics, which are accumulated batch by batch."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from dlcli.core import Direction
from dlcli.metrics.unit import Unit


class Metric:
    """Base class of the metrics; the result without examples is NaN."""

    registry_kind: ClassVar[str] = "metric"

    #: name as in `dev/<name>`; the registered name unless options change what is measured
    name: str
    direction: Direction = Direction.MAXIMIZE
    #: unit in which values are formatted
    unit: Unit = Unit.NUMBER
    #: form of the predictions that `update` takes, the name of a field of a task's predictions: "labels" (N,), class
    #: indices; "probabilities" (N, K); "values" (N, D); for texts "nats" (N,), or "correct" (N,), numbers of tokens;
    #: for images "objects", `Objects`, or "points" (N, K, 2)
    needs: ClassVar[str] = "labels"

    #: name of the corresponding metric over all classes, if this one measures a single class
    over_all_classes: str | None = None
    #: name or label of the configured positive class; None means by convention
    positive_class: str | int | None = None
    #: index of the positive class; None if the metric is over all classes
    positive_index: int | None = None
    #: name of the positive class, once it is known; None if the metric is over all classes
    positive_name: str | None = None

    @classmethod
    def is_name(cls, name: str) -> bool:
        """Return whether some options of this metric give it the name."""
        return name == getattr(cls, "name", None)

    @classmethod
    def format(cls, value: float | None) -> str:
        """Format a value of the metric, such as `97.22 %`; a dash for None."""
        return cls.unit.text(value)

    def focus_on(self, index: int, name: str) -> None:
        """Measure one class against the others.

        Args:
            index: Index of the class.
            name: Name of the class.
        """
        self.positive_index, self.positive_name = index, name
        self.reset()

    def sample(self, guesses: np.ndarray, labels: np.ndarray) -> tuple[Any, Any]:
        """Return predictions and truth of N examples on which the metric is tested; for a form of its own.

        Args:
            guesses: Predicted class indices (N,), to express in the form; they are returned unchanged by default.
            labels: True class indices (N,).
        """
        return guesses, labels

    def update(self, predictions: Any, targets: Any) -> None:
        """Add a batch of examples.

        Args:
            predictions: Predictions in the form that `needs` states: an array or `Rows`.
            targets: Truth of the same examples: class indices (N,), or values of the predictions' shape; for texts
                `TextSizes`.
        """
        raise NotImplementedError

    def result(self) -> float:
        """Return the metric over all examples since the last `reset`."""
        raise NotImplementedError

    def reset(self) -> None:
        """Discard all examples."""
        raise NotImplementedError
