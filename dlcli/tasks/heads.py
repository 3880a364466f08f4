"""Options, predictions and metrics of the heads of a multi-task model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np

from dlcli.core import Described, NonNegativeFloat
from dlcli.data import HeadRows, Observed, Rows
from dlcli.metrics import Metric
from dlcli.tasks.predictions import Predictions


@dataclass(frozen=True, kw_only=True)
class Head:
    """One task of a multi-task model.

    Args:
        task: Task of the head; null infers it from the targets.
        weight: Factor on the loss of the head.
        metrics: Metrics of the head, reported as `<split>/<head>.<metric>`; empty means those of its task.
    """

    task: Annotated[dict[str, Any], Described("task")] | None = None
    weight: NonNegativeFloat = 1.0
    metrics: list[Annotated[dict[str, Any], Described("metric")]] = field(default_factory=list)


@dataclass(frozen=True)
class HeadPredictions(HeadRows, Predictions):
    """Predictions of each head, also for examples whose target is missing.

    Args:
        heads: Head → its predictions for N examples.
    """

    def update(self, metric: Metric, truth: np.ndarray | Rows) -> None:
        assert isinstance(metric, HeadMetric), "the metrics of a multi-task model belong to its heads"
        predictions, known, _ = self.observed(metric.head, truth)
        predictions.update(metric.metric, known)

    def observed(self, head: str, truth: np.ndarray | Rows) -> tuple[Predictions, np.ndarray, np.ndarray]:
        predictions, targets = self.heads[head], truth.columns[head] if isinstance(truth, Rows) else None
        assert isinstance(predictions, Predictions)
        assert isinstance(targets, Observed)
        rows = np.flatnonzero(targets.mask)
        return predictions.take(rows), targets.values.take(rows, axis=0), rows


class HeadMetric(Metric):
    """Metric of one head over the examples that have a target of it.

    Args:
        head: Name of the head.
        metric: Metric of the head's task.
    """

    needs: ClassVar[str] = "heads"

    def __init__(self, head: str, metric: Metric) -> None:
        self.head = head
        self.metric = metric
        self.name = f"{head}.{metric.name}"
        self.direction = metric.direction
        self.unit = metric.unit

    @property
    def positive_name(self) -> str | None:  # type: ignore[override]
        return self.metric.positive_name

    def update(self, predictions: Any, targets: Any) -> None:
        self.metric.update(predictions, targets)

    def result(self) -> float:
        return self.metric.result()

    def reset(self) -> None:
        self.metric.reset()
