"""Weights that make rare classes count as much as common ones."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import ConfigError
from dlcli.data import ClassLabels
from dlcli.losses import BinaryCrossEntropy, SoftmaxCrossEntropy
from dlcli.losses.class_weights import balanced_weights
from dlcli.tasks import BinaryClassification, Classification


def test_the_same_as_scikit_learns() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    labels = np.array([0, 0, 0, 1, 2, 2])
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(balanced_weights([3, 1, 2]), expected)


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy, BinaryCrossEntropy])
@pytest.mark.parametrize(
    ("written", "weights"),
    [
        ({"cancer": 9.0, "healthy": 2.0}, [9.0, 2.0]),
        ({"healthy": 2.0}, [1.0, 2.0]),
        ({"02": 4.0, "1": 3.0}, [3.0, 4.0]),
        ([9.0, 2.0], [9.0, 2.0]),
    ],
)
def test_weights_are_of_classes_by_name_or_label(loss, written, weights: list[float]) -> None:
    classes = ClassLabels(("cancer", "healthy"), (1, 2), None, (3, 3))
    task_class = Classification if loss is SoftmaxCrossEntropy else BinaryClassification
    task = task_class(classes, loss=loss(class_weights=written))
    assert task.loss_function.weights_of(2).tolist() == weights


@pytest.mark.parametrize("written", [{"cancr": 1.0}, {"cancer": 1.0, "1": 2.0}])
def test_weights_of_no_class_or_twice_of_one_are_refused(written: dict[str, float]) -> None:
    classes = ClassLabels(("cancer", "healthy"), (1, 2))
    with pytest.raises(ConfigError) as caught:
        Classification(classes, loss=SoftmaxCrossEntropy(class_weights=written))
    assert caught.value.key == "loss.class_weights"


def test_an_absent_class_is_named() -> None:
    with pytest.raises(ConfigError, match="no example has class 1, 3"):
        balanced_weights([1, 0, 1, 0])
