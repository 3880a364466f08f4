"""Predictions and losses of each task."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.core import ConfigError
from dlcli.data import ClassLabels, Values
from dlcli.data.normalization import Scaling
from dlcli.losses import BinaryCrossEntropy, SoftmaxCrossEntropy
from dlcli.metrics import Accuracy, LogLoss, MeanAbsoluteError
from dlcli.tasks import BinaryClassification, Classification, Regression

TWO = ClassLabels(("no", "yes"), counts=(3, 1))
THREE = ClassLabels(("setosa", "versicolor", "virginica"), (0, 1, 2))
#: one target, trained on as (value − 100) / 20
VALUES = Values(("height",), Scaling(np.array([100.0]), np.array([20.0])))


def test_the_largest_logit_is_the_class_and_probabilities_sum_to_one() -> None:
    predictions = Classification(THREE).predictions(np.array([[0.0, 2.0, 1.0], [5.0, -1.0, 0.0]]))
    assert predictions.labels.tolist() == [1, 0]
    np.testing.assert_allclose(predictions.probabilities.sum(axis=1), 1)
    assert predictions.forms() == {"labels", "probabilities"}


def test_a_positive_logit_is_the_second_class() -> None:
    predictions = BinaryClassification(TWO).predictions(np.array([[2.0], [-2.0]]))
    assert predictions.labels.tolist() == [1, 0]
    sigmoid_of_2 = 1 / (1 + np.exp(-2.0))
    np.testing.assert_allclose(
        predictions.probabilities, [[1 - sigmoid_of_2, sigmoid_of_2], [sigmoid_of_2, 1 - sigmoid_of_2]]
    )


@pytest.mark.parametrize("logit", [-1e4, 1e4])
def test_probabilities_stay_finite_at_any_size_of_logit(logit: float) -> None:
    for predictions in (
        BinaryClassification(TWO).predictions(np.array([[logit]], np.float32)),
        Classification(TWO).predictions(np.array([[logit, -logit]], np.float32)),
    ):
        assert np.isfinite(predictions.probabilities).all()
        np.testing.assert_allclose(predictions.probabilities.sum(axis=1), 1)


def test_binary_classification_refuses_three_classes() -> None:
    with pytest.raises(ConfigError) as caught:
        BinaryClassification(THREE)
    assert caught.value.code == "not_applicable"


def test_a_loss_for_another_task_is_refused() -> None:
    with pytest.raises(ConfigError, match="binary_cross_entropy") as caught:
        BinaryClassification(TWO, loss=SoftmaxCrossEntropy())
    assert (caught.value.key, caught.value.code) == ("loss", "not_applicable")
    with pytest.raises(ConfigError, match="huber, mean_absolute_error, mean_squared_error"):
        Regression(VALUES, loss=BinaryCrossEntropy())


def test_regression_predicts_in_the_unit_of_the_targets() -> None:
    task = Regression(VALUES)
    np.testing.assert_allclose(task.predictions(np.array([[0.0], [1.5]])).values, [[100.0], [130.0]])
    np.testing.assert_allclose(task.truth(VALUES.scaled(np.array([80.0]), "train")), [[80.0]])
    assert task.output_units == 1


def test_the_loss_of_equal_logits() -> None:
    """K equal logits cost ln K."""
    task = Classification(THREE)
    loss = task.loss(Tensor(np.zeros((4, 3))), np.array([0, 1, 2, 0]))
    np.testing.assert_allclose(loss.item(), np.log(3))


def test_balanced_weights_come_from_the_counts_of_the_training_set() -> None:
    """With N = 4 examples and counts 3 and 1 the weights are N/(K·N_k) = 2/3 and 2."""
    task = BinaryClassification(TWO, loss=BinaryCrossEntropy(class_weights="balanced"))
    logits, targets = np.array([[0.7], [-0.3], [1.1]]), np.array([0, 1, 1])
    each = np.log1p(np.exp(logits[:, 0])) - targets * logits[:, 0]
    weights = np.array([2 / 3, 2, 2])
    np.testing.assert_allclose(task.loss(Tensor(logits), targets).item(), (weights * each).sum() / weights.sum())


def test_each_task_accepts_its_own_metrics_only() -> None:
    assert Classification(THREE).accepts(Accuracy()) and Classification(THREE).accepts(LogLoss())
    assert BinaryClassification(TWO).accepts(Accuracy())
    assert not Classification(THREE).accepts(MeanAbsoluteError())
    assert Regression(VALUES).accepts(MeanAbsoluteError())
    assert not Regression(VALUES).accepts(Accuracy())
