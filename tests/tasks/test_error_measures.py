from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import ConfigError
from dlcli.data import ClassLabels, NextTokens, TextSizes, Values, Vocabulary
from dlcli.data.normalization import NoNormalization
from dlcli.metrics import Unit
from dlcli.tasks import (
    Classification,
    ClassPredictions,
    ErrorMeasure,
    ErrorRate,
    LanguageModeling,
    MeanAbsoluteError,
    MeanSquaredError,
    NatsPerToken,
    Regression,
    RootMeanSquaredError,
    Task,
    TextPredictions,
    ValuePredictions,
    error_measure,
)

CLASSES = Classification(ClassLabels(("a", "b", "c")))
VALUES = Regression(Values.of(np.array([1.0, 2.0]), NoNormalization(), ()))
TEXTS = LanguageModeling(NextTokens(Vocabulary(("<PAD>", "<UNK>", "<BOS>", "<EOS>", "a"), (0, 0, 1, 1, 2))))
MEASURES: list[ErrorMeasure] = [
    ErrorRate(),
    MeanSquaredError(),
    RootMeanSquaredError(),
    MeanAbsoluteError(),
    NatsPerToken(),
]


def test_errors_of_classes_are_0_or_1() -> None:
    predictions = ClassPredictions(np.array([1, 2]), np.eye(3)[[1, 2]])
    assert ErrorRate().errors(predictions, np.array([1, 0])).sums.tolist() == [0, 1]


def test_errors_of_values() -> None:
    predictions, truth = ValuePredictions(np.array([[1.0], [5.0]])), np.array([[2.0], [2.0]])
    assert MeanSquaredError().errors(predictions, truth).sums.tolist() == [1, 9]
    assert RootMeanSquaredError().errors(predictions, truth).sums.tolist() == [1, 9]
    assert MeanAbsoluteError().errors(predictions, truth).sums.tolist() == [1, 3]


def test_several_values_of_an_example_are_averaged() -> None:
    errors = MeanSquaredError().errors(ValuePredictions(np.array([[1.0, 3.0]])), np.zeros((1, 2)))
    assert errors.sums.tolist() == [5]  # (1 + 9) / 2


def test_the_error_of_a_split_is_the_root_of_the_mean() -> None:
    assert RootMeanSquaredError().of_mean(12.5) == pytest.approx(12.5**0.5)
    assert MeanSquaredError().of_mean(12.5) == 12.5


def test_nats_are_divided_by_tokens_not_by_texts() -> None:
    sizes = TextSizes(np.array([1.0, 15.0]), np.array([2.0, 30.0]), np.array([3.0, 45.0]))
    errors = NatsPerToken().errors(TextPredictions(np.array([2.0, 30.0]), np.array([1, 2])), sizes)
    assert errors.sizes is not None
    assert errors.sums.sum() / errors.sizes.sum() == 32 / 16
    assert NatsPerToken().baseline(sizes, sizes, ())[1].sums.tolist() == [3, 45]


@pytest.mark.parametrize(
    ("task", "metric", "measure"),
    [
        (CLASSES, "macro_f1", ErrorRate()),
        (TEXTS, "perplexity", NatsPerToken()),
        (VALUES, "mean_absolute_error", MeanAbsoluteError()),
        (VALUES, "root_mean_squared_error", RootMeanSquaredError()),
        (VALUES, "r2", MeanSquaredError()),
    ],
)
def test_measure_of_an_optimizing_metric(task: Task, metric: str, measure: ErrorMeasure) -> None:
    assert task.error_measure(metric) == measure


@pytest.mark.parametrize("measure", MEASURES)
def test_a_measure_is_found_by_its_name(measure: ErrorMeasure) -> None:
    assert error_measure(measure.name) == measure
    assert measure.unit is (Unit.SHARE if measure.is_rate else Unit.NUMBER)


def test_an_unknown_measure_has_no_class() -> None:
    with pytest.raises(ConfigError):
        error_measure("error_rat")


@pytest.mark.parametrize(
    ("task", "measure", "predictions", "truth"),
    [
        (CLASSES, ErrorRate(), ClassPredictions(np.array([1, 2]), np.eye(3)[[1, 2]]), np.array([1, 0])),
        (VALUES, MeanAbsoluteError(), ValuePredictions(np.array([[1.0], [5.0]])), np.array([[2.0], [2.0]])),
        (
            TEXTS,
            NatsPerToken(),
            TextPredictions(np.array([2.0, 30.0]), np.array([1, 2])),
            TextSizes(np.array([1.0, 15.0]), np.array([2.0, 30.0]), np.array([3.0, 45.0])),
        ),
    ],
)
def test_records_of_a_file_have_the_errors_of_the_predictions(
    task: Task, measure: ErrorMeasure, predictions: ClassPredictions, truth: np.ndarray
) -> None:
    rows = zip(task.prediction_rows(predictions), task.target_rows(truth), strict=True)
    of_records = measure.errors_of_records([{"id": 0, **row, "target": target} for row, target in rows])
    errors = measure.errors(predictions, truth)
    assert of_records.sums.tolist() == errors.sums.tolist()
    assert (of_records.sizes is None) == (errors.sizes is None)
