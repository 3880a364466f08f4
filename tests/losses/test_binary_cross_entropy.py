"""Binary cross-entropy."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.core import ConfigError
from dlcli.losses import BinaryCrossEntropy

Z = Tensor(np.random.default_rng(0).standard_normal((4, 1)))
Y = np.array([0, 1, 1, 1])


def test_options_reach_the_operation() -> None:
    loss = BinaryCrossEntropy(positive_weight=2.0, class_weights=[1.0, 3.0], label_smoothing=0.1)
    expected = ops.binary_cross_entropy(
        Z, Y, positive_weight=2.0, class_weights=np.array([1.0, 3.0]), label_smoothing=0.1
    )
    assert loss(Z, Y).item() == expected.item()


def test_balanced_weights_come_from_the_training_set() -> None:
    loss = BinaryCrossEntropy(class_weights="balanced")
    loss.prepare([1, 3])
    expected = ops.binary_cross_entropy(Z, Y, class_weights=np.array([2.0, 2 / 3]))
    assert loss(Z, Y).item() == pytest.approx(expected.item())


def test_needs_two_class_weights() -> None:
    with pytest.raises(ConfigError) as caught:
        BinaryCrossEntropy(class_weights=[1.0, 2.0, 3.0])(Z, Y)
    assert (caught.value.key, caught.value.code) == ("class_weights", "wrong_shape")
