import numpy as np
import pytest

from dlcli.diagnosis import Measure
from dlcli.metrics import Unit


def test_per_example_errors_of_each_measure() -> None:
    predictions, targets = np.array([1.0, 5.0]), np.array([2.0, 2.0])
    assert Measure.ERROR_RATE.per_example(np.array([1, 2]), np.array([1, 0])).tolist() == [0, 1]
    assert Measure.MEAN_SQUARED.per_example(predictions, targets).tolist() == [1, 9]
    assert Measure.MEAN_ABSOLUTE.per_example(predictions, targets).tolist() == [1, 3]


def test_several_targets_of_an_example_are_averaged() -> None:
    errors = Measure.MEAN_SQUARED.per_example(np.array([[1.0, 3.0]]), np.zeros((1, 2)))
    assert errors.tolist() == [5]  # (1 + 9) / 2


def test_the_error_of_a_split_is_the_root_of_the_mean() -> None:
    assert Measure.ROOT_MEAN_SQUARED.of_errors(np.array([9.0, 16.0])) == pytest.approx(12.5**0.5)
    assert Measure.MEAN_SQUARED.of_errors(np.array([9.0, 16.0])) == 12.5


@pytest.mark.parametrize(
    ("metric", "target_kind", "measure"),
    [
        ("dev/macro_f1", "classes", Measure.ERROR_RATE),
        ("dev/macro_f1", "token_labels", Measure.ERROR_RATE),
        ("dev/perplexity", "tokens", Measure.NATS_PER_TOKEN),
        ("dev/mean_absolute_error", "values", Measure.MEAN_ABSOLUTE),
        ("dev/root_mean_squared_error", "values", Measure.ROOT_MEAN_SQUARED),
        ("dev/r2", "values", Measure.MEAN_SQUARED),
    ],
)
def test_measure_of_an_optimizing_metric(metric: str, target_kind: str, measure: Measure) -> None:
    assert Measure.of_metric(metric, target_kind=target_kind) is measure


def test_nats_are_a_mean_over_tokens_not_over_texts() -> None:
    nats, tokens = np.array([2.0, 30.0]), np.array([[1.0], [15.0]])
    errors = Measure.NATS_PER_TOKEN.per_example(nats, tokens)
    assert Measure.NATS_PER_TOKEN.of_errors(errors) == pytest.approx(32 / 16)


@pytest.mark.parametrize("measure", Measure)
def test_rates_are_shares_and_other_errors_are_numbers(measure: Measure) -> None:
    assert measure.unit is (Unit.SHARE if measure is Measure.ERROR_RATE else Unit.NUMBER)
