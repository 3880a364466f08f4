"""Is the model better than no model? Compared with the constant that fits the training set best."""

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
    """A constant prediction's error beside the model's, on the same examples.

    Args:
        rule: what the baseline predicts, such as "always class 'no'".
        split: where both are measured.
        error: the baseline's error there.
        model_error: the model's error there.
        difference: the model's error minus the baseline's, with its interval.
    """

    rule: str
    split: str
    error: float
    model_error: float
    difference: Interval

    @property
    def is_beaten(self) -> bool:
        """Whether the model is better beyond doubt: the whole interval lies below zero."""
        return self.difference.high < 0


def compare_with_constant(
    train_targets: np.ndarray[Any, Any], outcome: SplitOutcome, *, measure: Measure, class_names: tuple[str, ...]
) -> Baseline:
    """Compare a model with the majority class, or with the training set's mean (median for absolute errors).

    A language model is compared with the frequency of each token in the training set, whatever comes before it.

    Args:
        train_targets: class indices (N,), or values (N,) or (N, K); the constant is taken from them alone.
        outcome: the model's predictions where the two are compared.
        measure: the unit of the error.
        class_names: names of the classes; empty for regression.
    """
    if measure is Measure.NATS_PER_TOKEN:
        rule, predicted = "guessing by frequency", outcome.targets[:, UNIGRAM_NATS]
        return _beside(rule, predicted, outcome, measure)
    constant: Any
    if measure is Measure.ERROR_RATE:
        constant = int(np.bincount(train_targets.astype(np.int64)).argmax())
        rule = f"always {class_names[constant]!r}" if class_names else f"always class {constant}"
    elif measure is Measure.MEAN_ABSOLUTE:
        constant, rule = np.median(train_targets, axis=0), "always the training median"
    else:
        constant, rule = np.mean(train_targets, axis=0, dtype=np.float64), "always the training mean"
    constants = np.broadcast_to(np.asarray(constant), outcome.targets.shape)
    return _beside(rule, constants, outcome, measure)


def _beside(rule: str, predictions: np.ndarray[Any, Any], outcome: SplitOutcome, measure: Measure) -> Baseline:
    of_baseline = measure.sampled(predictions, outcome.targets, outcome.units)
    of_model = outcome.errors(measure)
    return Baseline(
        rule,
        outcome.split,
        measure.of_mean(of_baseline.mean),
        measure.of_mean(of_model.mean),
        paired_difference_interval(of_model, of_baseline, measure),
    )
