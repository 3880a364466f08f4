"""Softmax cross-entropy."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import ConfigError
from dlcli.losses import SoftmaxCrossEntropy

Z = Tensor(np.random.default_rng(0).standard_normal((4, 3)))
LABELS = np.array([0, 1, 1, 2])


def test_options_reach_the_operation() -> None:
    loss = SoftmaxCrossEntropy(label_smoothing=0.1, class_weights=[1.0, 2.0, 3.0])
    expected = ops.softmax_cross_entropy(Z, LABELS, class_weights=np.array([1.0, 2, 3]), label_smoothing=0.1)
    assert loss(Z, LABELS).item() == expected.item()
    weights = np.array([1.0, 0, 2, 1])
    assert SoftmaxCrossEntropy()(Z, LABELS, weights).item() == ops.softmax_cross_entropy(Z, LABELS, weights).item()


def test_balanced_weights_come_from_the_training_set() -> None:
    loss = SoftmaxCrossEntropy(class_weights="balanced")
    loss.prepare(np.bincount(LABELS).tolist())
    expected = ops.softmax_cross_entropy(Z, LABELS, class_weights=np.array([4 / 3, 2 / 3, 4 / 3]))
    assert loss(Z, LABELS).item() == pytest.approx(expected.item())


def test_needs_a_weight_per_class() -> None:
    with pytest.raises(ConfigError) as caught:
        SoftmaxCrossEntropy(class_weights=[1.0, 2.0])(Z, LABELS)
    assert (caught.value.key, caught.value.code) == ("class_weights", "wrong_shape")
