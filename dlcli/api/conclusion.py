"""The end of a training: evaluation of the best weights on every split, the prediction files, and the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dlcli.api.mistakes import worst_mistakes
from dlcli.api.predictions import row_ids, row_units, unit_name
from dlcli.assembly import Experiment, evaluation_batch_size, positive_classes
from dlcli.core import UNSEEN_SPLITS, dumps
from dlcli.data import Rows, Split
from dlcli.diagnosis import (
    TEXT_STRETCHES,
    Assessment,
    DeadUnits,
    HeadAssessments,
    PredictionsFile,
    SplitOutcome,
    TrainingResult,
    assess,
)
from dlcli.metrics import Metric
from dlcli.nn import Graph
from dlcli.reports import write_report
from dlcli.runs import RunFolder, checksum, files
from dlcli.tasks import Predictions, Task
from dlcli.training import TrainingSummary, evaluate_split


@dataclass(frozen=True)
class MeasuredSplit:
    """Predictions of a model on a split, with the metrics.

    Args:
        split: Examples with targets.
        predictions: Predictions for the examples.
        truth: Truth of the same examples or time steps, as the task returns it.
        metrics: Metrics as `<split>/<metric>`.
    """

    split: Split
    predictions: Predictions
    truth: np.ndarray | Rows
    metrics: dict[str, float]

    @property
    def ids(self) -> np.ndarray:
        """Ids of the rows of the predictions: the example, plus the step where each step has a row."""
        return row_ids(self.split, len(self.truth))

    def outcome(self, head: str | None = None) -> SplitOutcome:
        """Return targets and predictions as the diagnosis reads them.

        Args:
            head: Head whose targets to return, with the examples that have one; None if the task has no heads.
        """
        units = row_units(self.split, len(self.truth))
        in_order = unit_name(self.split, len(self.truth)) == TEXT_STRETCHES
        if head is None:
            return SplitOutcome(self.split.name, self.predictions, self.truth, units, in_order)
        predictions, truth, examples = self.predictions.observed(head, self.truth)
        units = None if units is None else units[examples]
        return SplitOutcome(self.split.name, predictions, truth, units, in_order, examples)


@dataclass(frozen=True)
class EvaluatedSplits:
    """Evaluation of a trained model on every split.

    Args:
        measured: Predictions and metrics of the splits, train first.
        dead_units: Share of dead units of each ReLU node that has any, on the training set.
    """

    measured: Sequence[MeasuredSplit]
    dead_units: Mapping[str, float]


def evaluate_splits(experiment: Experiment) -> EvaluatedSplits:
    """Evaluate a model, which has the best weights of its training, on every split."""
    batch_size = evaluation_batch_size(experiment.spec, experiment.data.preprocessor)
    dead = DeadUnits(node.name for node in experiment.model.nodes if node.type == "relu")
    measured = [
        measure(
            experiment.model,
            experiment.task,
            split,
            experiment.metrics,
            batch_size=batch_size,
            stateful=experiment.spec.training.stateful,
            dead=dead if split.name == "train" else None,
        )
        for split in experiment.data.splits.values()
    ]
    return EvaluatedSplits(measured, dead.shares())


def write_results(
    experiment: Experiment, folder: RunFolder, summary: TrainingSummary, evaluated: EvaluatedSplits
) -> tuple[TrainingResult, Assessment]:
    """Write the predictions and the report of a trained model.

    Args:
        experiment: Experiment of the model.
        folder: Folder of the run.
        summary: Result of the training loop.
        evaluated: Evaluation of the model.
    """
    measured = evaluated.measured
    written = {
        one.split.name: write_predictions(experiment, folder, one)
        for one in measured
        if one.split.name in UNSEEN_SPLITS  # predictions for the training set would take too much disk space
    }
    results = {
        head: _result(experiment, folder, summary, evaluated, head=head, predictions=written)
        for head in (experiment.task.parts or [None])
    }
    main = experiment.task.head_of(experiment.selection.metric.rpartition("/")[2])
    result = results[main]
    assessment = assess(result)
    others = {head: assess(results[head]) for head in results if head not in (None, main)}
    confused_split = None if assessment.confusion is None else assessment.confusion.split
    mistakes = [
        worst_mistakes(one.split, one.predictions, one.truth, experiment.data.preprocessor)
        for one in measured
        if one.split.name == confused_split
    ]
    write_report(
        result,
        assessment,
        mistakes=mistakes[0] if mistakes else None,
        heads=HeadAssessments.of(main, assessment, others, [*results.values()]),
        write_text=folder.write_text,
        write_bytes=folder.write_bytes,
    )
    return result, assessment


def _result(
    experiment: Experiment,
    folder: RunFolder,
    summary: TrainingSummary,
    evaluated: EvaluatedSplits,
    *,
    head: str | None,
    predictions: Mapping[str, PredictionsFile],
) -> TrainingResult:
    """Return what the diagnosis of a run, or of one head of its model, needs."""
    task, targets, optimizing = experiment.task, experiment.data.preprocessor.targets, experiment.selection.metric
    spec = experiment.spec.resolved()
    if head is not None:
        task, targets = task.parts[head], targets.parts[head]
        if experiment.task.head_of(optimizing.rpartition("/")[2]) != head or optimizing.endswith("/loss"):
            optimizing = f"{optimizing.rpartition('/')[0]}/{head}.{task.default_optimize}"
            spec = spec | {"evaluation": spec["evaluation"] | {"human_error": None}}
    measured = evaluated.measured
    outcomes = [one.outcome(head) for one in measured]
    return TrainingResult(
        run=folder.id,
        name=experiment.spec.name,
        status="done",
        measure=task.error_measure(optimizing.rpartition("/")[2].rpartition(".")[2]),
        splits=outcomes,
        metrics={name: value for one in measured for name, value in one.metrics.items()},
        history=folder.metrics(),
        optimizing_metric=optimizing,
        best_epoch=summary.best.epoch,
        spec=spec,
        class_names=targets.class_names or (),
        positive_classes=positive_classes(experiment.metrics),
        target_names=targets.value_names,
        parameters={name: parameter.data for name, parameter in experiment.model.parameters().items()},
        dead_units=evaluated.dead_units,
        seconds=summary.seconds,
        remarks=(*experiment.data.warnings, *summary.warnings),
        unit=unit_name(measured[0].split, len(measured[0].truth)),
        predictions=predictions,
        head=head or "",
        has_own_test_set=experiment.data.has_own_test_set,
    )


def measure(
    model: Graph,
    task: Task,
    split: Split,
    metrics: Sequence[Metric],
    *,
    batch_size: int,
    stateful: bool = False,
    dead: DeadUnits | None = None,
) -> MeasuredSplit:
    """Evaluate a model on a split that has targets.

    Args:
        model: Model with the weights to evaluate.
        task: Task that interprets the model's outputs.
        split: Examples with targets.
        metrics: Metrics to compute; they are reset first.
        batch_size: Number of examples per forward pass.
        stateful: Whether the examples are consecutive windows of one sequence, so that the hidden state is kept
            from one window to the next.
        dead: Counter of dead units, updated with every batch; None to count none.
    """
    evaluation = evaluate_split(
        model,
        task,
        split,
        metrics,
        batch_size=batch_size,
        stateful=stateful,
        keep_predictions=True,
        on_output=None if dead is None else dead.see,
        watched=None if dead is None else dead.nodes,
    )
    assert evaluation.predictions is not None
    assert evaluation.truth is not None
    return MeasuredSplit(split, evaluation.predictions, evaluation.truth, evaluation.named(split.name))


def write_predictions(experiment: Experiment, folder: RunFolder, measured: MeasuredSplit) -> PredictionsFile:
    """Write `predictions/<split>.jsonl`: id, prediction and target of every example.

    Values are in the unit of the data file. Rows that were sampled together have the same `group`.

    Args:
        experiment: Experiment of the run.
        folder: Folder of the run.
        measured: Evaluated split.
    """
    task, values = experiment.task, measured.split.values
    rows = zip(
        measured.ids.tolist(),
        task.prediction_rows(measured.predictions),
        task.target_rows(measured.truth if values is None else values),
        strict=True,
    )
    records = [{"id": example, **prediction, "target": target} for example, prediction, target in rows]
    units = row_units(measured.split, len(records))
    if units is not None:
        records = [record | {"group": group} for record, group in zip(records, units.tolist(), strict=True)]
    text = "".join(f"{dumps(record)}\n" for record in records).encode()
    folder.write_bytes(files.predictions(measured.split.name), text)
    return PredictionsFile(len(records), checksum(text))
