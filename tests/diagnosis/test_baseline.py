import numpy as np
import pytest

from dlcli.diagnosis import Measure, SplitOutcome, compare_with_constant

NO_AND_YES = ("no", "yes")


def test_the_majority_class_is_that_of_the_training_set() -> None:
    train = np.array([0] * 8 + [1] * 2)
    outcome = SplitOutcome("test", np.array([1] * 6 + [0] * 4), np.array([1] * 6 + [0] * 4))
    baseline = compare_with_constant(train, outcome, measure=Measure.ERROR_RATE, class_names=NO_AND_YES)
    assert baseline.rule == "always 'no'"
    assert (baseline.error, baseline.model_error) == (0.6, 0.0)
    assert baseline.is_beaten


def test_a_constant_model_does_not_beat_the_baseline() -> None:
    targets = np.array([0] * 90 + [1] * 10)
    outcome = SplitOutcome("test", np.zeros(100, dtype=int), targets)
    baseline = compare_with_constant(targets, outcome, measure=Measure.ERROR_RATE, class_names=NO_AND_YES)
    assert baseline.model_error == baseline.error == 0.1
    assert not baseline.is_beaten


@pytest.mark.parametrize(
    ("measure", "error"),
    [(Measure.MEAN_SQUARED, 4.0), (Measure.ROOT_MEAN_SQUARED, 2.0), (Measure.MEAN_ABSOLUTE, 3.0)],
)
def test_a_regression_is_compared_with_the_mean_or_the_median(measure: Measure, error: float) -> None:
    train = np.array([1.0, 1.0, 7.0])  # mean 3, median 1
    targets = np.tile([1.0, 5.0], 20) if measure is not Measure.MEAN_ABSOLUTE else np.full(40, 4.0)
    baseline = compare_with_constant(train, SplitOutcome("dev", targets, targets), measure=measure, class_names=())
    assert baseline.error == pytest.approx(error)
    assert baseline.model_error == 0


def test_each_target_has_its_own_mean() -> None:
    train = np.array([[0.0, 10.0], [2.0, 20.0]])
    outcome = SplitOutcome("dev", np.zeros((2, 2)), np.array([[1.0, 15.0], [1.0, 15.0]]))
    assert compare_with_constant(train, outcome, measure=Measure.MEAN_SQUARED, class_names=()).error == 0
