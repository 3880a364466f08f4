"""Return values of `train`, `resume` and `evaluate`."""

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
        path: Folder of the run.
        status: Status as in `run.json`.
        metrics: Metrics of every split with the best weights, as `<split>/<metric>`.
        seconds: Wall time of this call.
        result: Input of the diagnosis.
        assessment: Result of the diagnosis.
        violated: Constraints that even the best epoch violates, such as `latency_ms <= 5`.
        warnings: Warnings about the data and the training.
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
        """Positive class of each metric of a single class."""
        return self.result.positive_classes

    def details(self) -> dict[str, Any]:
        """Return the parts of `report/report.json` on errors, warnings and advice."""
        report = report_document(self.result, self.assessment)
        keys = ("diagnosis", "baseline", "warnings", "advice")
        confusion = report["confusion"] or {}
        return {**{key: report[key] for key in keys}, "most_confused": confusion.get("most_confused", [])}


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Evaluation of a trained model on one split, or on new data.

    Args:
        path: Folder of the run.
        split: Name of the split: train, train_dev, dev, test, or "data" for new data.
        num_examples: Number of examples.
        metrics: Metrics as `<split>/<metric>`.
        intervals: 95 % confidence intervals of the metrics that have one.
        deciding_metric: Optimizing metric on this split, as `<split>/<metric>`.
        direction: Direction in which that metric improves.
        seconds: Wall time of this call.
        positive_classes: Positive class of each metric of a single class.
        warnings: Warnings about the data.
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
        """Return the split, the number of examples, the intervals and the warnings."""
        return {
            "split": self.split,
            "num_examples": self.num_examples,
            "intervals": {name: asdict(interval) for name, interval in self.intervals.items()},
            "warnings": list(self.warnings),
        }
