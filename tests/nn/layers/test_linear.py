"""Fully connected layer."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import ShapeError
from dlcli.nn.initializers import Constant
from dlcli.nn.layers import Linear


def built(layer: Linear, *shape: int) -> Linear:
    layer.build(shape, generator=np.random.default_rng(0), dtype=np.float32)
    return layer


def test_weight_bias_and_flops() -> None:
    layer = built(Linear(units=3), 4)
    assert layer.weight.shape == (4, 3)
    assert layer.weight.decay
    assert layer.bias is not None
    np.testing.assert_array_equal(layer.bias.data, np.zeros(3))
    assert not layer.bias.decay
    assert layer.flops((4,)) == 3 * (2 * 4 + 1)
    assert layer.flops((7, 4)) == 7 * 3 * (2 * 4 + 1)


def test_without_bias() -> None:
    layer = built(Linear(units=3, use_bias=False), 4)
    assert list(layer.parameters()) == ["weight"]
    assert layer.flops((4,)) == 24


def test_the_initializer_is_used() -> None:
    layer = built(Linear(units=3, initializer=Constant(value=2.0)), 4)
    np.testing.assert_array_equal(layer.forward(Tensor(np.ones((1, 4), np.float32))).data, [[8, 8, 8]])


def test_scalars_are_refused() -> None:
    with pytest.raises(ShapeError, match="features"):
        Linear(units=3).output_shape(())
