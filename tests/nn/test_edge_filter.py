"""Initialization with edge filters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.core import ConfigError, registry
from dlcli.core.edge_filters import edge_filter
from dlcli.nn import EdgeFilter, Graph, Node
from dlcli.nn.layers import Conv2D


def built(channels: int, **options) -> Conv2D:
    layer = Conv2D(filters=2, kernel_size=3, initializer=EdgeFilter(**options), trainable=False)
    layer.build((6, 6, channels), generator=np.random.default_rng(0), dtype=np.float64)
    return layer


def test_is_registered_and_draws_nothing() -> None:
    assert registry.lookup("initializer", "edge_filter") is EdgeFilter
    generator = np.random.default_rng(0)
    EdgeFilter()((3, 3, 1, 1), fan_in=9, fan_out=9, generator=generator, dtype=np.float32)
    assert generator.bit_generator.state == np.random.default_rng(0).bit_generator.state


@pytest.mark.parametrize("kind", ["prewitt", "sobel", "scharr"])
@pytest.mark.parametrize("direction", ["vertical", "horizontal"])
def test_every_filter_is_the_edge_filter(direction, kind) -> None:
    weight = built(1, direction=direction, kind=kind).weight.data
    for column in range(2):
        np.testing.assert_array_equal(weight[:, :, 0, column], edge_filter(direction, kind))


def test_a_worked_example() -> None:
    """A bright left half next to a dark right one: 30 along the edge, 0 elsewhere (CS 230)."""
    image = np.repeat([[10.0, 10, 10, 0, 0, 0]], 6, axis=0).reshape(1, 6, 6, 1)
    edges = built(1, kind="prewitt").forward(Tensor(image)).data
    np.testing.assert_array_equal(edges[0, :, :, 0], np.repeat([[0.0, 30, 30, 0]], 4, axis=0))
    np.testing.assert_array_equal(built(1, direction="horizontal").forward(Tensor(image)).data, 0)


def test_channels_of_a_color_image_are_averaged() -> None:
    image = np.random.default_rng(0).standard_normal((1, 6, 6, 3))
    gray = image.mean(axis=3, keepdims=True)
    np.testing.assert_allclose(
        built(3).forward(Tensor(image)).data, built(1).forward(Tensor(gray)).data, rtol=1e-10, atol=1e-12
    )


def test_other_weights_are_refused_at_their_node(graph_of: Callable[..., Graph]) -> None:
    options = {"filters": 1, "kernel_size": 5, "initializer": EdgeFilter()}
    with pytest.raises(ConfigError) as caught:
        graph_of((8, 8, 1), Node("edges", "conv2d", options))
    assert (caught.value.key, caught.value.code) == ("nodes[0]", "wrong_shape")
    assert '"edges"' in caught.value.message
    assert "got (5, 5, 1, 1)" in caught.value.message
