"""Comparison of a model with the constant that fits the training set best."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.diagnosis.error_intervals import error_of, paired_difference_interval
from dlcli.diagnosis.intervals import Interval
from dlcli.diagnosis.training_result import SplitOutcome
from dlcli.tasks import ErrorMeasure


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
    train: SplitOutcome, outcome: SplitOutcome, *, measure: ErrorMeasure, class_names: tuple[str, ...]
) -> Baseline:
    """Compare a model with the majority class, or with the training set's mean (median for absolute errors).

    A language model is compared with the frequency of each token in the training set, regardless of context.

    Args:
        train: Training set, whose truth determines the constant.
        outcome: Predictions of the model on the split of the comparison.
        measure: Unit of the error.
        class_names: Names of the classes; empty for regression.
    """
    rule, errors = measure.baseline(train.truth, outcome.truth, class_names)
    baseline_errors, model_errors = outcome.sampled(errors), outcome.errors(measure)
    return Baseline(
        rule,
        outcome.split,
        error_of(baseline_errors, measure),
        error_of(model_errors, measure),
        paired_difference_interval(model_errors, baseline_errors, measure),
    )
