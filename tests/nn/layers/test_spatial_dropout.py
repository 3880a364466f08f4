"""Dropout of whole channels."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import ShapeError, SpatialDropout


def test_whole_channels_are_dropped_only_in_training() -> None:
    layer = SpatialDropout(rate=0.5)
    layer.generator = np.random.default_rng(0)
    x = Tensor(np.ones((4, 3, 3, 8)))
    y = layer.forward(x).data
    assert set(np.unique(y)) == {0.0, 2.0}
    assert (y == y[:, :1, :1]).all()
    layer.eval()
    assert layer.forward(x) is x


def test_vectors_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"got \(5,\); use dropout"):
        SpatialDropout(rate=0.5).output_shape((5,))


def test_a_generator_is_needed() -> None:
    with pytest.raises(RuntimeError, match="needs a generator"):
        SpatialDropout(rate=0.5).forward(Tensor(np.ones((1, 2, 2, 3))))
