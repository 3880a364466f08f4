"""Assessment of a finished run: error decomposition, learning curve, baseline, mistakes, and what to try next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.core import SPLITS
from dlcli.diagnosis.advice import advise
from dlcli.diagnosis.baseline import Baseline, compare_with_constant
from dlcli.diagnosis.bias_variance import Diagnosis, SplitErrors, diagnose
from dlcli.diagnosis.confusion import Confusion, confusion_of
from dlcli.diagnosis.knobs import Advice, Evidence
from dlcli.diagnosis.learning_curve import Curve, LossTrend, curve
from dlcli.diagnosis.mismatch import mismatches_of
from dlcli.diagnosis.ranking import Ranking, ranking_of
from dlcli.diagnosis.regression_fit import RegressionFit, regression_fits
from dlcli.diagnosis.reliability import interval_remarks
from dlcli.diagnosis.symmetry import IdenticalUnits, identical_units
from dlcli.diagnosis.training_result import SplitOutcome, TrainingResult
from dlcli.diagnosis.wording import baseline_sentence


@dataclass(frozen=True)
class Assessment:
    """Content of the report on a run.

    Args:
        diagnosis: Error decomposition human → train → train-dev → dev → test.
        loss: Training loss by epoch.
        baseline: Comparison with a constant prediction on the last split, which is the test set if there is one.
        confusion: Confusion matrix of the dev set, or of the training set without a dev set; None for regression.
        identical: Layers whose units are copies of each other.
        ranking: ROC and precision-recall curves of the same split; None unless there are two classes.
        head: Head of a multi-task model that the assessment is about; empty for a model with one head.
        fits: Predicted and true values of each target in that split; empty for classification and language models.
        warnings: Warnings that limit what the numbers mean.
        advice: Two or three things to try next.
    """

    diagnosis: Diagnosis
    loss: Curve
    baseline: Baseline
    confusion: Confusion | None
    identical: tuple[IdenticalUnits, ...]
    warnings: tuple[str, ...]
    advice: tuple[Advice, ...]
    ranking: Ranking | None = None
    fits: tuple[RegressionFit, ...] = ()
    head: str = ""


def assess(result: TrainingResult) -> Assessment:
    """Assess a run.

    Raises:
        ValueError: The result has no training split.
    """
    outcomes = [outcome for split in SPLITS if (outcome := result.outcome(split)) is not None]
    diagnosis = diagnose(
        [SplitErrors(outcome.split, outcome.errors(result.measure)) for outcome in outcomes],
        measure=result.measure,
        human_error=result.human_error,
        unit=result.unit,
        mismatches=mismatches_of(result, outcomes),
    )
    train, last = outcomes[0], outcomes[-1]
    baseline = compare_with_constant(train, last, measure=result.measure, class_names=tuple(result.class_names))
    evidence = Evidence(
        diagnosis=diagnosis,
        spec=result.spec,
        loss=curve(result.history, "train/loss"),
        optimized=curve(result.history, result.optimizing_metric),
        best_epoch=result.best_epoch,
        num_train=len(train),
        train_class_counts=_class_counts(train),
        identical=identical_units(result.parameters),
        dead_units=result.dead_units,
        baseline=baseline,
    )
    examined = result.outcome("dev") or train
    return Assessment(
        diagnosis=diagnosis,
        loss=evidence.loss,
        baseline=baseline,
        confusion=confusion_of(examined, result.class_names),
        identical=evidence.identical,
        warnings=tuple(_warnings(result, evidence, baseline)),
        advice=advise(evidence),
        ranking=_ranking(examined, result),
        fits=regression_fits(examined, result.target_names),
        head=result.head,
    )


def _ranking(outcome: SplitOutcome, result: TrainingResult) -> Ranking | None:
    """Return the curves of the metrics' positive class; of the second class if there is none, or several."""
    positive = result.positive_class
    return ranking_of(outcome, result.class_names, 1 if positive is None else positive)


def _class_counts(train: SplitOutcome) -> tuple[int, ...]:
    """Return the number of training examples of each class; empty if no classes are predicted."""
    view = train.predictions.class_view(train.truth)
    return () if view is None else tuple(np.bincount(view.truth.astype(np.int64)).tolist())


def _warnings(result: TrainingResult, evidence: Evidence, baseline: Baseline) -> list[str]:
    warnings = []
    if result.status != "done":
        warnings.append(f"The status of the run is {result.status}: all metrics are those of its last checkpoint.")
    if not baseline.is_beaten:
        warnings.append(baseline_sentence(result.measure, baseline))
    if evidence.loss.trend in {LossTrend.DIVERGING, LossTrend.OSCILLATING, LossTrend.STUCK}:
        warnings.append(f"The training loss is {evidence.loss.trend}.")
    warnings.extend(
        f"All {layer.num_units} units of {layer.parameter} have the same weights, so the layer acts like a single unit."
        for layer in evidence.identical
    )
    if result.spec["data"]["split"].get("group_by") is not None and any(one.units is None for one in result.splits):
        warnings.append("The groups of some examples are not known: the true intervals are wider.")
    for outcome in result.splits:
        warnings.extend(interval_remarks(outcome.split, outcome.errors(result.measure), result.measure, result.unit))
    return warnings
