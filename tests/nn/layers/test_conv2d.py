"""Convolution as a layer: options, shapes, parameters, and comparison with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.autograd import Tensor
from dlcli.nn import ShapeError
from dlcli.nn.initializers import Constant
from dlcli.nn.layers import Conv2D, ReLU, Tanh

PAIRS = st.one_of(st.integers(1, 3), st.lists(st.integers(1, 3), min_size=2, max_size=2))


def built(layer: Conv2D, *shape: int, dtype: type = np.float32) -> Conv2D:
    layer.build(shape, generator=np.random.default_rng(0), dtype=dtype)
    return layer


def theirs(layer: Conv2D):
    """Return the same convolution in PyTorch, with explicit padding."""
    functional = pytest.importorskip("torch").nn.functional

    def convolve(x, parameters):
        size, (fh, fw), (sh, sw), (dh, dw) = x.shape[2:], layer.kernel_size, layer.stride, layer.dilation
        around = layer.padding
        if around == "same":  # ⌈n/s⌉ outputs, the odd zero after
            totals = [
                max((-(-n // s) - 1) * s + d * (f - 1) + 1 - n, 0)
                for n, s, d, f in zip(size, (sh, sw), (dh, dw), (fh, fw), strict=True)
            ]
            around = [[total // 2, total - total // 2] for total in totals]
        elif around == "valid":
            around = [[0, 0], [0, 0]]
        elif isinstance(around, int):
            around = [[around, around]] * 2
        x = functional.pad(x, (*around[1], *around[0]))
        weight = parameters["weight"].permute(3, 2, 0, 1).contiguous()
        groups = x.shape[1] // weight.shape[1]
        return functional.conv2d(
            x, weight, parameters.get("bias"), stride=layer.stride, dilation=layer.dilation, groups=groups
        )

    return convolve


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(7, 10), st.integers(7, 10)),
    channels=st.integers(1, 3),
    filters=st.integers(1, 5),
    groups=st.sampled_from([1, 1, 2, 3]),
    kernel_size=PAIRS,
    stride=PAIRS,
    dilation=PAIRS,
    padding=st.sampled_from(["valid", "same", 0, 1, 2, [[0, 1], [2, 0]]]),
    use_bias=st.booleans(),
)
def test_same_as_torch(
    layer_same_as_torch, dtype, size, channels, filters, groups, kernel_size, stride, dilation, padding, use_bias
) -> None:
    layer = Conv2D(
        filters=filters * groups,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        use_bias=use_bias,
    )
    layer_same_as_torch(layer, theirs(layer), (*size, channels * groups), dtype)


def test_the_shapes_of_lenet_and_of_a_strided_block() -> None:
    assert Conv2D(filters=6, kernel_size=5).output_shape((32, 32, 1)) == (28, 28, 6)
    assert Conv2D(filters=6, kernel_size=5, padding="same").output_shape((28, 28, 1)) == (28, 28, 6)
    assert Conv2D(filters=8, kernel_size=3, stride=2, padding="same").output_shape((7, 8, 3)) == (4, 4, 8)
    assert Conv2D(filters=8, kernel_size=3, stride=2, padding=1).output_shape((7, 8, 3)) == (4, 4, 8)
    assert Conv2D(filters=64, kernel_size=[7, 1], stride=[2, 1], padding=[[3, 3], [0, 0]]).output_shape(
        (224, 10, 3)
    ) == (112, 10, 64)


def test_a_one_by_one_convolution_is_a_linear_layer_at_every_pixel() -> None:
    layer = built(Conv2D(filters=4, kernel_size=1), 5, 6, 3)
    x = np.random.default_rng(1).standard_normal((2, 5, 6, 3)).astype(np.float32)
    np.testing.assert_allclose(layer.forward(Tensor(x)).data, x @ layer.weight.data[0, 0], rtol=1e-5, atol=1e-6)


def test_images_may_have_any_size_after_building() -> None:
    """A network of convolutions can be applied to larger images."""
    layer = built(Conv2D(filters=2, kernel_size=3, padding="same", stride=2), 8, 8, 1)
    assert layer.forward(Tensor(np.ones((1, 13, 9, 1), np.float32))).shape == (1, 7, 5, 2)


def test_parameters_and_flops() -> None:
    layer = built(Conv2D(filters=6, kernel_size=[5, 3], groups=2), 10, 9, 4)
    assert layer.weight.shape == (5, 3, 2, 6)
    assert layer.weight.decay
    assert layer.bias is not None
    assert not layer.bias.decay
    np.testing.assert_array_equal(layer.bias.data, 0)
    assert layer.flops((10, 9, 4)) == 6 * 7 * 6 * (2 * 5 * 3 * 2 + 1)
    without = built(Conv2D(filters=6, kernel_size=1, use_bias=False), 10, 9, 4)
    assert list(without.parameters()) == ["weight"]
    assert without.flops((10, 9, 4)) == 10 * 9 * 6 * 2 * 4


def test_initial_weights_have_the_variance_of_their_fan_in() -> None:
    layer = built(Conv2D(filters=200, kernel_size=5, groups=2), 9, 9, 20)
    np.testing.assert_allclose(layer.weight.data.std(), np.sqrt(2 / (5 * 5 * 10)), rtol=0.03)  # 50,000 draws
    filled = built(Conv2D(filters=1, kernel_size=2, initializer=Constant(value=0.5)), 2, 2, 1)
    np.testing.assert_array_equal(filled.forward(Tensor(np.ones((1, 2, 2, 1), np.float32))).data, [[[[2]]]])


def test_untrained_filters_get_no_gradient() -> None:
    layer = built(Conv2D(filters=2, kernel_size=3, trainable=False), 5, 5, 1)
    assert not any(parameter.trainable for parameter in layer.parameters().values())
    x = Tensor(np.ones((1, 5, 5, 1), np.float32), requires_grad=True)
    layer.forward(x).sum().backward()
    assert x.grad is not None
    assert layer.weight.grad is None


@pytest.mark.parametrize("use_bias", [True, False])
def test_with_relu_in_one_operation(use_bias: bool) -> None:
    layer = built(Conv2D(filters=3, kernel_size=3, use_bias=use_bias), 6, 6, 2)
    joined = layer.fuse_with(ReLU())
    assert joined is not None
    x = np.random.default_rng(1).standard_normal((2, 6, 6, 2)).astype(np.float32)
    grads = []
    for run in (joined, lambda value: ReLU().forward(layer.forward(value))):
        value = Tensor(x, requires_grad=True)
        y = run(value)
        y.backward(np.random.default_rng(2).standard_normal(y.shape).astype(np.float32))
        grads.append((y.data, value.grad))
    for one, other in zip(*grads, strict=True):
        np.testing.assert_array_equal(one, other)
    assert layer.fuse_with(Tanh()) is None
    assert layer.fuse_with(ReLU(), ReLU()) is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filters": 4, "groups": 2}, r"3 channels .* 2 groups: 3 mod 2 = 1"),
        ({"filters": 4, "groups": 3}, r"4 filters .* 3 groups: 4 mod 3 = 1"),
        ({"filters": 4, "kernel_size": 7}, r"⌊\(5\+2·0−7\)/1\+1⌋ = -1"),
    ],
)
def test_invalid_options_and_shapes_are_refused(options, message) -> None:
    with pytest.raises(ShapeError, match=message):
        Conv2D(**{"kernel_size": 3, **options}).output_shape((5, 5, 3))
