"""Comparison of a model with the constant that fits the training set best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli.diagnosis.error_intervals import paired_difference_interval
from dlcli.diagnosis.intervals import Interval
from dlcli.diagnosis.measure import Measure
from dlcli.diagnosis.training_result import SplitOutcome
from dlcli.tasks import UNIGRAM_NATS


@dataclass(frozen=True)
class Baseline:
    """Errors of a constant prediction and of the model on the same examples.

    Args:
        rule: Prediction of the baseline, such as "always class 'no'".
        split: Name of the split on which both are evaluated.
        error: Error of the baseline.
        model_error: Error of the model.
        difference: Error of the model minus that of the baseline, with its interval.
    """

    rule: str
    split: str
    error: float
    model_error: float
    difference: Interval

    @property
    def is_beaten(self) -> bool:
        """Whether the model is significantly better: the whole interval of the difference is below zero."""
        return self.difference.high < 0


def compare_with_constant(
    train_targets: np.ndarray[Any, Any], outcome: SplitOutcome, *, measure: Measure, class_names: tuple[str, ...]
) -> Baseline:
    """Compare a model with the majority class, or with the training set's mean (median for absolute errors).

    A language model is compared with the frequency of each token in the training set, regardless of context.

    Args:
        train_targets: Class indices (N,), or values (N,) or (N, K) of the training set, which determine the constant.
        outcome: Predictions of the model on the split of the comparison.
        measure: Unit of the error.
        class_names: Names of the classes; empty for regression.
    """
    if measure is Measure.NATS_PER_TOKEN:
        rule, predicted = "guessing by frequency", outcome.targets[:, UNIGRAM_NATS]
        return _compare(rule, predicted, outcome, measure)
    constant: Any
    if measure is Measure.ERROR_RATE:
        constant = int(np.bincount(train_targets.astype(np.int64)).argmax())
        rule = f"always {class_names[constant]!r}" if class_names else f"always class {constant}"
    elif measure is Measure.MEAN_ABSOLUTE:
        constant, rule = np.median(train_targets, axis=0), "always the training median"
    else:
        constant, rule = np.mean(train_targets, axis=0, dtype=np.float64), "always the training mean"
    constants = np.broadcast_to(np.asarray(constant), outcome.targets.shape)
    return _compare(rule, constants, outcome, measure)


def _compare(rule: str, predictions: np.ndarray[Any, Any], outcome: SplitOutcome, measure: Measure) -> Baseline:
    baseline_errors = measure.sampled(predictions, outcome.targets, outcome.units)
    model_errors = outcome.errors(measure)
    return Baseline(
        rule,
        outcome.split,
        measure.of_mean(baseline_errors.mean),
        measure.of_mean(model_errors.mean),
        paired_difference_interval(model_errors, baseline_errors, measure),
    )
