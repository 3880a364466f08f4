"""Dropout as a layer: on in training, off in evaluation."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import Dropout

X = Tensor(np.ones((4, 50), np.float32))


def test_on_in_training_off_in_evaluation() -> None:
    layer = Dropout(rate=0.5)
    layer.generator = np.random.default_rng(0)
    dropped = layer.forward(X).data
    assert set(np.unique(dropped)) == {0.0, 2.0}
    assert (layer.forward(X).data != dropped).any(), "every pass draws a new mask"
    layer.eval()
    assert layer.forward(X) is X


def test_a_rate_of_zero_draws_nothing() -> None:
    layer = Dropout(rate=0.0)
    assert layer.forward(X) is X


def test_without_a_generator_it_says_so() -> None:
    with pytest.raises(RuntimeError, match="needs a generator"):
        Dropout(rate=0.5).forward(X)
