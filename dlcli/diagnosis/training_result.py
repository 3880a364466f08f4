"""Input of the diagnosis: the results of a finished run as plain arrays and mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcli.data import Rows
from dlcli.diagnosis.sampled_statistic import Sample, sample_of
from dlcli.tasks import ErrorMeasure, ExampleErrors, Predictions, SetStatistic


@dataclass(frozen=True)
class SplitOutcome:
    """Predictions of a model for one split, in evaluation mode, with the targets.

    Args:
        split: Name of the split: train, train_dev, dev or test.
        predictions: Predictions for N examples or time steps.
        truth: Truth of the same examples, as the task returns it.
        units: Sampling unit of each row (N,), such as the sentence of a word; None if rows are independent.
        in_order: Whether the units are consecutive stretches of one text.
        examples: Position (N,) in the split of the example of each row, if some examples have no row; None otherwise.
    """

    split: str
    predictions: Predictions
    truth: np.ndarray[Any, Any] | Rows
    units: np.ndarray[Any, Any] | None = None
    in_order: bool = False
    examples: np.ndarray[Any, Any] | None = None

    def __len__(self) -> int:
        return len(self.truth)

    def errors(self, measure: ErrorMeasure) -> Sample:
        """Compute the errors of the examples, with their sampling units."""
        return self.sampled(measure.errors(self.predictions, self.truth))

    def sampled(self, errors: ExampleErrors | SetStatistic) -> Sample:
        """Return errors of the examples with their sampling units."""
        return sample_of(errors, self.units, in_order=self.in_order)


@dataclass(frozen=True)
class PredictionsFile:
    """A file with the predictions for a split.

    Args:
        rows: Number of predictions.
        sha256: SHA-256 of the file, in hexadecimal.
    """

    rows: int
    sha256: str


@dataclass(frozen=True)
class TrainingResult:
    """Results of a finished run.

    Args:
        run: Id of the run.
        name: Name of the experiment.
        status: Status of the run: done, diverged, interrupted or failed.
        measure: Unit of the error.
        splits: Predictions and targets of the splits; splits without examples are left out.
        metrics: Final metrics by name, such as `dev/error`.
        history: Records of metrics.jsonl: `kind` (epoch or step), `epoch`, and metrics by name.
        optimizing_metric: Metric that selects the best epoch.
        best_epoch: Epoch whose weights were evaluated; None without a selection.
        spec: Resolved config as a plain mapping.
        class_names: Names of the classes in the order of their indices; empty for regression.
        positive_classes: Positive class by metric, such as f1 → cancer.
        target_names: Names of the predicted values; empty for classification, and for values without names.
        parameters: Trained weights by dotted name; empty to skip their examination.
        dead_units: Share of dead units of each ReLU node that has any, by node name.
        seconds: Wall time of the run.
        remarks: Warnings about the data and the training, such as overlapping splits.
        unit: Plural of the sampling unit: examples, or the sequences or groups they belong to.
        predictions: Files with the predictions, by split.
        head: Head of a multi-task model that the splits are about; its metrics are named `<head>.<metric>`.
        has_own_test_set: Whether the data came with a separate test set.
    """

    run: str
    name: str
    status: str
    measure: ErrorMeasure
    splits: Sequence[SplitOutcome]
    metrics: Mapping[str, float]
    history: Sequence[Mapping[str, Any]]
    optimizing_metric: str
    best_epoch: int | None
    spec: Mapping[str, Any]
    class_names: Sequence[str] = ()
    positive_classes: Mapping[str, str] = field(default_factory=dict)
    target_names: Sequence[str] = ()
    parameters: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    dead_units: Mapping[str, float] = field(default_factory=dict)
    seconds: float | None = None
    remarks: Sequence[str] = ()
    unit: str = "examples"
    predictions: Mapping[str, PredictionsFile] = field(default_factory=dict)
    head: str = ""
    has_own_test_set: bool = False

    @property
    def human_error(self) -> float | None:
        """Human-level or optimal error in the unit of `measure`; None if it is not known."""
        value = self.spec["evaluation"]["human_error"]
        return None if value is None else float(value)

    @property
    def positive_class(self) -> int | None:
        """Index of the class that the metrics of these predictions are about; None if there is none, or several."""
        positive = {name for metric, name in self.positive_classes.items() if metric.rpartition(".")[0] == self.head}
        return self.class_names.index(positive.pop()) if len(positive) == 1 else None

    @property
    def sparsity(self) -> float | None:
        """Share of the best epoch's weights that are zero because of L1; None without L1."""
        epochs = (record for record in self.history if record["kind"] == "epoch")
        share = next((record.get("sparsity") for record in epochs if record["epoch"] == self.best_epoch), None)
        return None if share is None else float(share)

    def outcome(self, split: str) -> SplitOutcome | None:
        return next((outcome for outcome in self.splits if outcome.split == split and len(outcome)), None)
