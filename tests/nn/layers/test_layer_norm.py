"""Layer normalization as a layer."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import ShapeError
from dlcli.nn.layers import LayerNorm


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(6,), (3, 6)])
def test_same_as_torch(layer_same_as_torch, dtype, shape) -> None:
    functional = pytest.importorskip("torch").nn.functional
    layer_same_as_torch(
        LayerNorm(epsilon=1e-3),
        lambda x, parameters: functional.layer_norm(x, (6,), parameters["gamma"], parameters["beta"], 1e-3),
        shape,
        dtype,
    )


def test_training_evaluation_and_batches_of_one_agree() -> None:
    layer = LayerNorm()
    layer.build((2, 2, 3), generator=np.random.default_rng(0), dtype=np.float64)
    x = np.random.default_rng(0).standard_normal((4, 2, 2, 3))
    training = layer.forward(Tensor(x)).data
    layer.eval()
    np.testing.assert_array_equal(layer.forward(Tensor(x)).data, training)
    np.testing.assert_allclose(layer.forward(Tensor(x[:1])).data, training[:1])
    assert [parameter.decay for parameter in layer.parameters().values()] == [False, False]


def test_scalars_are_refused() -> None:
    with pytest.raises(ShapeError, match="channels"):
        LayerNorm().output_shape(())
