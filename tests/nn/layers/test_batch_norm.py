"""Batch normalization as a layer: moving averages, training and evaluation, against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import BatchNorm, ShapeError


def built(layer: BatchNorm) -> BatchNorm:
    layer.build((3,), generator=np.random.default_rng(0), dtype=np.float64)
    return layer


def test_equals_torch_over_several_steps_and_in_evaluation() -> None:
    torch = pytest.importorskip("torch")
    layer = built(BatchNorm(momentum=0.8, epsilon=1e-3))
    reference = torch.nn.BatchNorm1d(3, momentum=0.2, eps=1e-3, dtype=torch.float64)
    generator = np.random.default_rng(1)
    for _ in range(4):
        x = 2 + 3 * generator.standard_normal((5, 3))
        np.testing.assert_allclose(layer.forward(Tensor(x)).data, reference(torch.tensor(x)).detach().numpy())
    np.testing.assert_allclose(layer.moving_mean, reference.running_mean.numpy())
    np.testing.assert_allclose(layer.moving_variance, reference.running_var.numpy())
    layer.eval()
    reference.eval()
    np.testing.assert_allclose(layer.forward(Tensor(x)).data, reference(torch.tensor(x)).detach().numpy())


def test_the_output_has_mean_beta_and_standard_deviation_gamma() -> None:
    layer = built(BatchNorm())
    layer.gamma.data[:] = [1, 2, 3]
    layer.beta.data[:] = [-1, 0, 1]
    y = layer.forward(Tensor(5 + 4 * np.random.default_rng(0).standard_normal((200, 3)))).data
    np.testing.assert_allclose(y.mean(axis=0), [-1, 0, 1], atol=1e-12)
    np.testing.assert_allclose(y.std(axis=0), [1, 2, 3], rtol=1e-5)


def test_one_value_per_channel_is_refused_in_training_only() -> None:
    layer = built(BatchNorm())
    for shape in ((1, 3), (1, 1, 3), (1, 1, 1, 3)):
        x = Tensor(np.array([1.0, 2.0, 3.0]).reshape(shape))
        layer.train()
        with pytest.raises(ShapeError):
            layer.forward(x)
        layer.eval()
        assert layer.forward(x).shape == shape
    np.testing.assert_array_equal(layer.moving_mean, 0)
    np.testing.assert_array_equal(layer.moving_variance, 1)


def test_a_bias_before_it_has_no_effect() -> None:
    """The bias is subtracted with the mean, so its gradient is zero."""
    layer = built(BatchNorm())
    x = Tensor(np.random.default_rng(0).standard_normal((6, 3)))
    bias = Tensor(np.array([1.0, -2.0, 5.0]), requires_grad=True)
    y = layer.forward(x + bias)
    np.testing.assert_allclose(y.data, layer.forward(x).data, atol=1e-12)
    y.backward(np.random.default_rng(1).standard_normal((6, 3)))
    np.testing.assert_allclose(bias.grad, 0, atol=1e-12)


def test_scalars_are_refused() -> None:
    with pytest.raises(ShapeError, match="channels"):
        BatchNorm().output_shape(())
