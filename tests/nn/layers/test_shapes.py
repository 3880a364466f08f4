"""Layers that only change or check the shape."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import ShapeError
from dlcli.nn.layers import Flatten, Input, Reshape

X = np.arange(24.0).reshape(2, 3, 4)


def test_flatten() -> None:
    assert Flatten().output_shape((3, 4)) == (12,)
    assert Flatten().output_shape(()) == (1,)
    np.testing.assert_array_equal(Flatten().forward(Tensor(X)).data, X.reshape(2, 12))


def test_reshape() -> None:
    layer = Reshape(shape=[2, -1])
    assert layer.output_shape((3, 4)) == (2, 6)
    np.testing.assert_array_equal(layer.forward(Tensor(X)).data, X.reshape(2, 2, 6))


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ([5, 5], r"3×4 = 12 elements to \(5, 5\) \(5×5 = 25\)"),
        ([5, -1], r"3×4 = 12 elements to \(5, -1\) \(5 = 5\)"),
        ([-1, -1], r"got \(-1, -1\)"),
        ([0, 3], r"got \(0, 3\)"),
    ],
)
def test_invalid_shapes_are_refused(shape: list[int], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        Reshape(shape=shape).output_shape((3, 4))


def test_input_checks_the_shape() -> None:
    assert Input().output_shape((3, 4)) == (3, 4)
    assert Input(shape=[3, 4]).output_shape((3, 4)) == (3, 4)
    with pytest.raises(ShapeError, match=r"\(5,\), got \(3, 4\)"):
        Input(shape=[5]).output_shape((3, 4))
