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


@pytest.mark.parametrize("training", [True, False])
def test_padded_steps_have_no_share_in_the_statistics(training: bool) -> None:
    """The real steps of padded sequences are normalized like the same steps in a batch of vectors."""
    layer, reference = built(BatchNorm()), built(BatchNorm())
    lengths, generator = np.array([3, 1, 0, 2]), np.random.default_rng(0)
    real = np.arange(3) < lengths[:, None]
    steps = 5 + 2 * generator.standard_normal((6, 3))
    x = np.full((4, 3, 3), np.nan)
    x[real] = steps
    direction = generator.standard_normal((6, 3))
    for each in (layer, reference):
        each.train(training)
    sequences, vectors = Tensor(x, requires_grad=True), Tensor(steps, requires_grad=True)
    y, expected = layer.forward(sequences, lengths=lengths), reference.forward(vectors)
    np.testing.assert_array_equal(y.data[real], expected.data)
    grad = np.zeros(x.shape)
    grad[real] = direction
    y.backward(grad)
    expected.backward(direction)
    np.testing.assert_array_equal(sequences.grad[real], vectors.grad)
    assert not sequences.grad[~real].any()
    for name, parameter in layer.parameters().items():
        np.testing.assert_array_equal(parameter.grad, reference.parameters()[name].grad)
    for name, buffer in layer.buffers().items():
        np.testing.assert_array_equal(buffer, reference.buffers()[name])


def test_one_real_step_has_no_variance() -> None:
    with pytest.raises(ShapeError):
        built(BatchNorm()).forward(Tensor(np.ones((2, 4, 3))), lengths=np.array([1, 0]))


def test_sequences_of_all_steps_are_not_padded() -> None:
    layer, x = built(BatchNorm()), Tensor(np.random.default_rng(0).standard_normal((2, 4, 3)))
    np.testing.assert_array_equal(layer.forward(x, lengths=np.array([4, 4])).data, layer.forward(x).data)
