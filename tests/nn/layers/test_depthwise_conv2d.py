"""Depthwise convolution against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.nn import ShapeError
from dlcli.nn.layers import DepthwiseConv2D


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("options", "channels"),
    [
        ({"kernel_size": 3}, 1),
        ({"kernel_size": 3, "padding": 1, "stride": 2}, 5),
        ({"kernel_size": [3, 2], "multiplier": 3, "dilation": 2}, 2),
        ({"kernel_size": 3, "padding": 1, "use_bias": False}, 17),
    ],
)
def test_same_as_torch(layer_same_as_torch, dtype, options, channels) -> None:
    functional = pytest.importorskip("torch").nn.functional
    layer = DepthwiseConv2D(**options)

    def theirs(x, parameters):
        weight = parameters["weight"].permute(3, 2, 0, 1).contiguous()
        geometry = {key: options[key] for key in ("stride", "padding", "dilation") if key in options}
        return functional.conv2d(x, weight, parameters.get("bias"), groups=channels, **geometry)

    layer_same_as_torch(layer, theirs, (7, 6, channels), dtype)


def test_shapes_and_flops() -> None:
    layer = DepthwiseConv2D(kernel_size=3, multiplier=2, padding="same", stride=2)
    assert layer.output_shape((7, 8, 5)) == (4, 4, 10)
    assert layer.flops((7, 8, 5)) == 4 * 4 * 10 * (2 * 9 + 1)
    layer.build((7, 8, 5), generator=np.random.default_rng(0), dtype=np.float32)
    assert layer.weight.shape == (3, 3, 1, 10)


def test_its_errors_name_the_layer() -> None:
    with pytest.raises(ShapeError, match="depthwise_conv2d"):
        DepthwiseConv2D(kernel_size=3).output_shape((64,))
