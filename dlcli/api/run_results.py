"""What the functions of this package return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dlcli.core import Direction
from dlcli.diagnosis import Assessment, Interval, TrainingResult
from dlcli.reports import report_document


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished training.

    Args:
        path: the run's folder.
        status: as in its `run.json`.
        metrics: of every split, with the best weights, as `<split>/<metric>`.
        seconds: wall time of this call.
        result: what the diagnosis looked at.
        assessment: what it found.
        violated: the constraints that even the best epoch does not satisfy, such as `latency_ms <= 5`.
        warnings: what the user should know about the data and the training.
    """

    path: Path
    status: str
    metrics: Mapping[str, float]
    seconds: float
    result: TrainingResult
    assessment: Assessment
    violated: Sequence[str] = ()
    warnings: Sequence[str] = ()

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def positive_classes(self) -> Mapping[str, str]:
        """Metric → the class that it is about, for metrics of a single class."""
        return self.result.positive_classes

    def details(self) -> dict[str, Any]:
        """What `report/report.json` says about the errors and what to try next."""
        report = report_document(self.result, self.assessment)
        shown = ("diagnosis", "baseline", "warnings", "advice")
        confusion = report["confusion"] or {}
        return {**{key: report[key] for key in shown}, "most_confused": confusion.get("most_confused", [])}


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A trained model measured on one split, or on new data.

    Args:
        path: the run's folder.
        split: train, train_dev, dev, test, or "data" for new data.
        num_examples: how many it was measured on.
        metrics: as `<split>/<metric>`.
        intervals: 95 % intervals of those that have one, by the same names.
        deciding_metric: the metric that chose the model, on this split: `<split>/<metric>`.
        direction: Direction in which that metric improves.
        seconds: wall time of this call.
        positive_classes: metric → the class that it is about, for metrics of a single class.
        warnings: what the user should know about the data.
    """

    path: Path
    split: str
    num_examples: int
    metrics: Mapping[str, float]
    intervals: Mapping[str, Interval]
    deciding_metric: str
    direction: Direction
    seconds: float
    positive_classes: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    status: str = field(default="done", init=False)

    @property
    def id(self) -> str:
        return self.path.name

    def details(self) -> dict[str, Any]:
        """What was measured, on how many examples, and the interval of each metric that has one."""
        return {
            "split": self.split,
            "num_examples": self.num_examples,
            "intervals": {name: asdict(interval) for name, interval in self.intervals.items()},
            "warnings": list(self.warnings),
        }
