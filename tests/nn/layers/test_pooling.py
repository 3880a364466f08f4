"""Pooling as layers: shapes, the last window, and comparison with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.autograd import Tensor
from dlcli.nn import ShapeError
from dlcli.nn.layers import (
    AdaptiveAveragePool2D,
    AdaptiveMaxPool2D,
    AveragePool2D,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    MaxPool2D,
)

PAIRS = st.one_of(st.integers(1, 4), st.lists(st.integers(1, 4), min_size=2, max_size=2))


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(4, 11), st.integers(4, 11)),
    window=PAIRS,
    stride=PAIRS,
    ceil=st.booleans(),
    data=st.data(),
)
def test_max_same_as_torch(layer_same_as_torch, size, window, stride, ceil, data) -> None:
    functional = pytest.importorskip("torch").nn.functional
    padding = data.draw(st.integers(0, (window if isinstance(window, int) else min(window)) // 2))
    layer = MaxPool2D(window=window, stride=stride, padding=padding, ceil=ceil)
    layer_same_as_torch(
        layer, lambda x, _: functional.max_pool2d(x, window, stride, padding, ceil_mode=ceil), (*size, 3)
    )


@settings(max_examples=30, deadline=None)
@given(size=st.tuples(st.integers(4, 11), st.integers(4, 11)), window=PAIRS, stride=PAIRS, data=st.data())
def test_average_same_as_torch(layer_same_as_torch, size, window, stride, data) -> None:
    functional = pytest.importorskip("torch").nn.functional
    padding = data.draw(st.integers(0, (window if isinstance(window, int) else min(window)) // 2))
    layer = AveragePool2D(window=window, stride=stride, padding=padding)
    layer_same_as_torch(
        layer, lambda x, _: functional.avg_pool2d(x, window, stride, padding, count_include_pad=False), (*size, 3)
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_global_and_adaptive_pooling_same_as_torch(layer_same_as_torch, dtype) -> None:
    functional = pytest.importorskip("torch").nn.functional
    shape = 7, 5, 3
    for layer, theirs in (
        (GlobalAveragePool2D(), lambda x, _: x.mean((2, 3))),
        (GlobalMaxPool2D(), lambda x, _: x.amax((2, 3))),
        (AdaptiveAveragePool2D(size=[3, 2]), lambda x, _: functional.adaptive_avg_pool2d(x, (3, 2))),
        (AdaptiveMaxPool2D(size=4), lambda x, _: functional.adaptive_max_pool2d(x, 4)),
    ):
        layer_same_as_torch(layer, theirs, shape, dtype)


def test_shapes() -> None:
    assert MaxPool2D().output_shape((7, 6, 2)) == (3, 3, 2)
    assert MaxPool2D(ceil=True).output_shape((7, 6, 2)) == (4, 3, 2)
    assert MaxPool2D(window=3, stride=2, padding="same").output_shape((7, 6, 2)) == (4, 3, 2)
    assert AveragePool2D(window=[2, 3], stride=1).output_shape((7, 6, 2)) == (6, 4, 2)
    assert GlobalMaxPool2D().output_shape((7, 6, 2)) == (2,)
    assert AdaptiveMaxPool2D(size=[3, 9]).output_shape((7, 6, 2)) == (3, 9, 2)


def test_flops() -> None:
    assert MaxPool2D(window=3, stride=2).flops((7, 7, 2)) == 3 * 3 * 2 * 9
    assert GlobalAveragePool2D().flops((7, 6, 2)) == 84
    assert AdaptiveAveragePool2D(size=[2, 3]).flops((5, 6, 2)) == (3 + 3) * (2 + 2 + 2) * 2


def test_padding_does_not_affect_the_result() -> None:
    x = Tensor(np.full((1, 3, 3, 1), -2.0))
    for layer in (MaxPool2D(window=2, padding="same"), AveragePool2D(window=2, padding="same")):
        np.testing.assert_array_equal(layer.forward(x).data, np.full((1, 2, 2, 1), -2.0))


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (MaxPool2D(window=3), (2, 2, 1), r"height: .* = ⌊\(2\+2·0−3\)/3\+1⌋ = 0"),
        (MaxPool2D(window=3, stride=1, ceil=True), (1, 5, 1), "height: "),
        (MaxPool2D(padding=2), (4, 4, 1), "height 2, got 2 and 2"),
        (AveragePool2D(), (4, 4), "average_pool2d expects images"),
        (GlobalMaxPool2D(), (4,), "global_max_pool2d expects images"),
        (AdaptiveMaxPool2D(size=2), (4, 4), "adaptive_max_pool2d expects images"),
    ],
)
def test_invalid_options_and_shapes_are_refused(layer, shape, message) -> None:
    with pytest.raises(ShapeError, match=message):
        layer.output_shape(shape)
