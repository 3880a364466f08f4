"""Activation layers pass their options to the operation of the same name."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.nn import Layer
from dlcli.nn.layers import ELU, GELU, Identity, LeakyReLU, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh

X = Tensor(np.random.default_rng(0).standard_normal((3, 4)))


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Identity(), X),
        (ReLU(), ops.relu(X)),
        (LeakyReLU(slope=0.3), ops.leaky_relu(X, slope=0.3)),
        (ELU(alpha=0.5), ops.elu(X, alpha=0.5)),
        (GELU(), ops.gelu(X)),
        (GELU(approximate=True), ops.gelu_tanh(X)),
        (SiLU(), ops.silu(X)),
        (Sigmoid(), ops.sigmoid(X)),
        (Tanh(), ops.tanh(X)),
        (Softplus(), ops.softplus(X)),
        (Softmax(), ops.softmax(X)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Layer) else "",
)
def test_layer_is_the_operation(layer: Layer, expected: Tensor) -> None:
    np.testing.assert_array_equal(layer.forward(X).data, expected.data)
    assert layer.output_shape((4,)) == (4,)
