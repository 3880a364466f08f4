"""Class weights."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import ConfigError
from dlcli.data import ClassLabels
from dlcli.losses import BinaryCrossEntropy, SoftmaxCrossEntropy
from dlcli.losses.class_weights import balanced_weights
from dlcli.tasks import BinaryClassification, Classification


def test_balanced_weights_equal_those_of_scikit_learn() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    labels = np.array([0, 0, 0, 1, 2, 2])
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(balanced_weights([3, 1, 2]), expected)


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy, BinaryCrossEntropy])
@pytest.mark.parametrize(
    ("option", "weights"),
    [
        ({"cancer": 9.0, "healthy": 2.0}, [9.0, 2.0]),
        ({"healthy": 2.0}, [1.0, 2.0]),
        ({"02": 4.0, "1": 3.0}, [3.0, 4.0]),
        ([9.0, 2.0], [9.0, 2.0]),
    ],
)
def test_weights_by_name_or_label(loss, option, weights: list[float]) -> None:
    classes = ClassLabels(("cancer", "healthy"), (1, 2), None, (3, 3))
    task_class = Classification if loss is SoftmaxCrossEntropy else BinaryClassification
    task = task_class(classes, loss=loss(class_weights=option))
    assert task.loss_function.weights_of(2).tolist() == weights


@pytest.mark.parametrize(
    ("option", "code"), [({"cancr": 1.0}, "unknown_name"), ({"cancer": 1.0, "1": 2.0}, "duplicate_key")]
)
def test_weight_of_an_unknown_class_or_two_of_one_class_is_refused(option: dict[str, float], code: str) -> None:
    classes = ClassLabels(("cancer", "healthy"), (1, 2))
    with pytest.raises(ConfigError) as caught:
        Classification(classes, loss=SoftmaxCrossEntropy(class_weights=option))
    assert (caught.value.key, caught.value.code) == ("loss.class_weights", code)


def test_classes_without_examples_are_named() -> None:
    with pytest.raises(ConfigError, match="class 1, 3") as caught:
        balanced_weights([1, 0, 1, 0])
    assert caught.value.code == "too_few_examples"
