"""Dropout as a layer: on in training, off in evaluation."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import Dropout

X = Tensor(np.ones((4, 50), np.float32))


def test_active_only_in_training() -> None:
    layer = Dropout(rate=0.5)
    layer.generator = np.random.default_rng(0)
    dropped = layer.forward(X).data
    assert set(np.unique(dropped)) == {0.0, 2.0}
    assert (layer.forward(X).data != dropped).any()  # every pass draws a new mask
    layer.eval()
    assert layer.forward(X) is X


def test_a_rate_of_zero_needs_no_generator() -> None:
    layer = Dropout(rate=0.0)
    assert layer.forward(X) is X


def test_training_without_a_generator_is_refused() -> None:
    with pytest.raises(RuntimeError, match="needs a generator"):
        Dropout(rate=0.5).forward(X)
