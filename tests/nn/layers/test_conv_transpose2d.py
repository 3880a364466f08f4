"""Transposed convolution against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.nn import ShapeError
from dlcli.nn.layers import Conv2D, ConvTranspose2D


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "options",
    [
        {"kernel_size": 3},
        {"kernel_size": [2, 3], "stride": [2, 1], "use_bias": False},
        {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1},
        {"kernel_size": 2, "stride": 3, "output_padding": 2},
        {"kernel_size": 4, "stride": 2, "padding": 1},
    ],
)
def test_same_as_torch(layer_same_as_torch, dtype, options) -> None:
    functional = pytest.importorskip("torch").nn.functional
    layer = ConvTranspose2D(filters=3, **options)

    def theirs(x, parameters):
        weight = parameters["weight"].permute(3, 2, 0, 1).contiguous()
        geometry = {key: options[key] for key in ("stride", "padding", "output_padding") if key in options}
        return functional.conv_transpose2d(x, weight, parameters.get("bias"), **geometry)

    layer_same_as_torch(layer, theirs, (4, 5, 2), dtype)


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_restores_the_input_size_of_a_convolution(kernel_size: int, stride: int) -> None:
    back = ConvTranspose2D(filters=2, kernel_size=kernel_size, stride=stride, padding="same")
    assert back.output_shape((4, 5, 1)) == (4 * stride, 5 * stride, 2)
    there = Conv2D(filters=1, kernel_size=kernel_size, stride=stride, padding="same")
    assert there.output_shape(back.output_shape((4, 5, 1))) == (4, 5, 1)


def test_parameters_and_flops() -> None:
    layer = ConvTranspose2D(filters=3, kernel_size=2, stride=2)
    layer.build((4, 5, 6), generator=np.random.default_rng(0), dtype=np.float32)
    assert layer.weight.shape == (2, 2, 3, 6)
    assert layer.flops((4, 5, 6)) == 2 * (4 * 5 * 6) * (2 * 2) * 3 + 8 * 10 * 3


def test_unequal_padding() -> None:
    layer = ConvTranspose2D(filters=1, kernel_size=3, padding=[[1, 0], [0, 2]])
    assert layer.output_shape((4, 4, 1)) == (5, 4, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output_padding": 1}, r"stride \(1, 1\), got 1"),
        ({"stride": 2, "padding": "same", "output_padding": 1}, "remove output_padding"),
        ({"padding": 2}, r"height \(n−1\)s−2p\+f = \(1−1\)·1−\(2\+2\)\+3 = -1"),
        ({"stride": 2, "padding": 3, "output_padding": 1}, r"height \(n−1\)s−2p\+f = \(1−1\)·2−\(3\+3\)\+3\+1 = -2"),
    ],
)
def test_invalid_options_and_shapes_are_refused(options, message) -> None:
    with pytest.raises(ShapeError, match=message):
        ConvTranspose2D(filters=1, kernel_size=3, **options).output_shape((1, 1, 1))
