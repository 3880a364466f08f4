import numpy as np
import pytest
from numpy.typing import ArrayLike

from dlcli.diagnosis import SplitOutcome, compare_with_constant
from dlcli.tasks import (
    ClassPredictions,
    ErrorMeasure,
    ErrorRate,
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
    ValuePredictions,
)

NO_AND_YES = ("no", "yes")


def classified(labels: list[int], truth: list[int]) -> SplitOutcome:
    return SplitOutcome("test", ClassPredictions(np.array(labels), np.eye(2)[labels]), np.array(truth))


def valued(values: ArrayLike, truth: ArrayLike) -> SplitOutcome:
    return SplitOutcome("dev", ValuePredictions(np.array(values)), np.array(truth))


def test_the_majority_class_is_that_of_the_training_set() -> None:
    train, outcome = classified([0] * 10, [0] * 8 + [1] * 2), classified([1] * 6 + [0] * 4, [1] * 6 + [0] * 4)
    baseline = compare_with_constant(train, outcome, measure=ErrorRate(), class_names=NO_AND_YES)
    assert baseline.rule == "always 'no'"
    assert (baseline.error, baseline.model_error) == (0.6, 0.0)
    assert baseline.is_beaten


def test_a_constant_model_does_not_beat_the_baseline() -> None:
    outcome = classified([0] * 100, [0] * 90 + [1] * 10)
    baseline = compare_with_constant(outcome, outcome, measure=ErrorRate(), class_names=NO_AND_YES)
    assert baseline.model_error == baseline.error == 0.1
    assert not baseline.is_beaten


@pytest.mark.parametrize(
    ("measure", "error"),
    [(MeanSquaredError(), 4.0), (RootMeanSquaredError(), 2.0), (MeanAbsoluteError(), 3.0)],
)
def test_a_regression_is_compared_with_the_mean_or_the_median(measure: ErrorMeasure, error: float) -> None:
    train = valued([1.0, 1.0, 7.0], [1.0, 1.0, 7.0])  # mean 3, median 1
    targets = np.tile([1.0, 5.0], 20) if measure != MeanAbsoluteError() else np.full(40, 4.0)
    baseline = compare_with_constant(train, valued(targets, targets), measure=measure, class_names=())
    assert baseline.error == pytest.approx(error)
    assert baseline.model_error == 0


def test_each_target_has_its_own_mean() -> None:
    train = valued(np.zeros((2, 2)), [[0.0, 10.0], [2.0, 20.0]])
    outcome = valued(np.zeros((2, 2)), [[1.0, 15.0], [1.0, 15.0]])
    assert compare_with_constant(train, outcome, measure=MeanSquaredError(), class_names=()).error == 0
