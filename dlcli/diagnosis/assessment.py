"""A finished run, examined: the chain, the learning curve, the baseline, the mistakes, and what to try next."""

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
from dlcli.diagnosis.ranking import Ranking, ranking_of
from dlcli.diagnosis.regression_fit import RegressionFit, regression_fits
from dlcli.diagnosis.reliability import interval_remarks
from dlcli.diagnosis.symmetry import IdenticalUnits, identical_units
from dlcli.diagnosis.training_result import SplitOutcome, TrainingResult
from dlcli.diagnosis.wording import baseline_sentence


@dataclass(frozen=True)
class Assessment:
    """Everything that a report says about a run.

    Args:
        diagnosis: the chain human → train → train-dev → dev → test.
        loss: the training loss by epoch.
        baseline: the comparison with a constant prediction, on the split nobody chose on where there is one.
        confusion: the confusion matrix of the dev set, else of the training set; None for regression.
        identical: layers whose units are copies of each other.
        ranking: the ROC and precision-recall curves of the same split; None unless there are two classes.
        fits: predicted and true values of each target in that split; empty for classification and language models.
        warnings: what a reader must know before believing the numbers.
        advice: two or three things to try next.
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


def assess(result: TrainingResult) -> Assessment:
    """Examine a run.

    Raises:
        ValueError: the result has no training split.
    """
    outcomes = [outcome for split in SPLITS if (outcome := result.outcome(split)) is not None]
    diagnosis = diagnose(
        [SplitErrors(outcome.split, outcome.errors(result.measure)) for outcome in outcomes],
        measure=result.measure,
        human_error=result.human_error,
        unit=result.unit,
    )
    train, last = outcomes[0], outcomes[-1]
    beside = compare_with_constant(train.targets, last, measure=result.measure, class_names=tuple(result.class_names))
    evidence = Evidence(
        diagnosis=diagnosis,
        spec=result.spec,
        loss=curve(result.history, "train/loss"),
        optimized=curve(result.history, result.optimizing_metric),
        best_epoch=result.best_epoch,
        num_train=len(train.targets),
        train_class_counts=_class_counts(train) if result.is_classification else (),
        identical=identical_units(result.parameters),
        dead_units=result.dead_units,
        baseline=beside,
    )
    looked_at = result.outcome("dev") or train
    return Assessment(
        diagnosis=diagnosis,
        loss=evidence.loss,
        baseline=beside,
        confusion=confusion_of(looked_at, result.class_names) if result.is_classification else None,
        identical=evidence.identical,
        warnings=tuple(_warnings(result, evidence, beside)),
        advice=advise(evidence),
        ranking=_ranking(looked_at, result) if result.is_classification else None,
        fits=regression_fits(looked_at, result.target_names) if result.is_regression else (),
    )


def _ranking(outcome: SplitOutcome, result: TrainingResult) -> Ranking | None:
    """The curves of the class that the metrics are about; of the second one where they are about none, or several."""
    named = set(result.positive_classes.values())
    positive = result.class_names.index(named.pop()) if len(named) == 1 else 1
    return ranking_of(outcome, result.class_names, positive)


def _class_counts(train: SplitOutcome) -> tuple[int, ...]:
    return tuple(int(count) for count in np.bincount(train.targets.astype(np.int64)))


def _warnings(result: TrainingResult, evidence: Evidence, beside: Baseline) -> list[str]:
    warnings = []
    if result.status != "done":
        warnings.append(f"The run is {result.status}; the numbers are those of its last checkpoint.")
    if not beside.is_beaten:
        warnings.append(baseline_sentence(result.measure, beside))
    if evidence.loss.trend in {LossTrend.DIVERGING, LossTrend.OSCILLATING, LossTrend.STUCK}:
        warnings.append(f"The training loss is {evidence.loss.trend}.")
    warnings.extend(
        f"All {layer.num_units} units of {layer.parameter} have the same weights and do the work of one."
        for layer in evidence.identical
    )
    if result.spec["data"]["split"].get("group_by") is not None and any(one.units is None for one in result.splits):
        warnings.append("Examples come in groups that are not known everywhere: the true intervals are wider.")
    for outcome in result.splits:
        warnings.extend(interval_remarks(outcome.split, outcome.errors(result.measure), result.measure, result.unit))
    return warnings
