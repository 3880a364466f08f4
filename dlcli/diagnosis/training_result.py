"""What a finished training run hands to the diagnosis: plain arrays and mappings, nothing that computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcli.diagnosis.measure import Measure
from dlcli.diagnosis.sampled_errors import SampledErrors


@dataclass(frozen=True)
class SplitOutcome:
    """The model's predictions for one split, in evaluation mode, beside the truth.

    Args:
        split: train, train_dev, dev or test.
        predictions: class indices (N,), or values (N,) or (N, K) in the target's unit; of a language model, nats (N,).
        targets: the same shape and unit; of a language model, (N, 3) as its task gives the truth.
        probabilities: (N, 2) of each of two classes; None for all other tasks.
        units: sampling unit of each row (N,), such as the sentence of a word; None where each row is independent.
        in_order: whether the units are stretches of one text in their order.
    """

    split: str
    predictions: np.ndarray[Any, Any]
    targets: np.ndarray[Any, Any]
    probabilities: np.ndarray[Any, Any] | None = None
    units: np.ndarray[Any, Any] | None = None
    in_order: bool = False

    def errors(self, measure: Measure) -> SampledErrors:
        """The errors of the examples, with what was sampled together."""
        return measure.sampled(self.predictions, self.targets, self.units, in_order=self.in_order)


@dataclass(frozen=True)
class PredictionsFile:
    """The file that a split's predictions were written to.

    Args:
        rows: number of predictions.
        sha256: its checksum, in hexadecimal.
    """

    rows: int
    sha256: str


@dataclass(frozen=True)
class TrainingResult:
    """A finished run, as the diagnosis and the report read it.

    Args:
        run: the run's id.
        name: the experiment's name.
        status: done, diverged, interrupted or failed.
        measure: the unit of the error.
        splits: the outcomes that exist; a split without examples is left out.
        metrics: final metrics by name, such as `dev/error`.
        history: the records of metrics.jsonl: `kind` (epoch or step), `epoch`, and metrics by name.
        optimizing_metric: the metric by which the best epoch was chosen.
        best_epoch: the epoch whose weights were evaluated, None when nothing was chosen.
        spec: the resolved config as a plain mapping.
        class_names: names of the classes in the order of their indices; empty for regression.
        positive_classes: metric → the class that it is about, such as f1 → cancer.
        target_names: names of the values that are predicted, where they have some; empty for classification.
        parameters: trained weights by dotted name; empty when they are not to be looked at.
        dead_units: share of the units of a ReLU node that are zero for every training example, by node name.
        seconds: wall time of the run.
        remarks: what the user should know about the data, such as overlapping splits.
        unit: plural of what was sampled independently: examples, or the sequences or groups that they are in.
        predictions: by split, the files that predictions were written to.
    """

    run: str
    name: str
    status: str
    measure: Measure
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

    @property
    def is_classification(self) -> bool:
        return self.measure is Measure.ERROR_RATE

    @property
    def is_regression(self) -> bool:
        return self.measure not in (Measure.ERROR_RATE, Measure.NATS_PER_TOKEN)

    @property
    def human_error(self) -> float | None:
        """Human-level or optimal error in the unit of `measure`; None when it is not known in that unit."""
        value = self.spec["evaluation"]["human_error"]
        same_unit = self.is_classification or self.optimizing_metric.endswith(f"/{self.measure}")
        return float(value) if value is not None and same_unit else None

    @property
    def sparsity(self) -> float | None:
        """The share of the best epoch's weights that L1 has brought to zero; None where there is no L1."""
        epochs = (record for record in self.history if record["kind"] == "epoch")
        found = next((record.get("sparsity") for record in epochs if record["epoch"] == self.best_epoch), None)
        return None if found is None else float(found)

    def outcome(self, split: str) -> SplitOutcome | None:
        return next((outcome for outcome in self.splits if outcome.split == split and len(outcome.targets)), None)
