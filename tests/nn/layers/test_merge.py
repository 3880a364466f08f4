"""Layers that merge several inputs."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import ShapeError
from dlcli.nn.layers import Add, Concat, Multiply

A, B = np.arange(12.0).reshape(2, 2, 3), np.arange(12.0, 24.0).reshape(2, 2, 3)


def test_add_and_multiply() -> None:
    tensors = Tensor(A), Tensor(B), Tensor(A)
    np.testing.assert_array_equal(Add().forward(*tensors).data, A + B + A)
    np.testing.assert_array_equal(Multiply().forward(*tensors).data, A * B * A)
    assert Add().flops((3,), (3,), (3,)) == 6


@pytest.mark.parametrize(("axis", "shape"), [(-1, (2, 6)), (1, (2, 6)), (0, (4, 3)), (-2, (4, 3))])
def test_concat_counts_axes_without_the_batch(axis: int, shape: tuple[int, ...]) -> None:
    layer = Concat(axis=axis)
    assert layer.output_shape((2, 3), (2, 3)) == shape
    assert layer.forward(Tensor(A), Tensor(B)).shape == (2, *shape)


def test_incompatible_shapes_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"got \(3,\) and \(4,\)"):
        Add().output_shape((3,), (4,))
    with pytest.raises(ShapeError, match=r"axis -1, got \(2, 3\) and \(4, 3\)"):
        Concat().output_shape((2, 3), (4, 3))
    with pytest.raises(ShapeError, match=r"axis -1, got \(3,\) and \(4, 3\)"):
        Concat().output_shape((3,), (4, 3))
    with pytest.raises(ShapeError, match=r"\(2, 3\), got axis 2"):
        Concat(axis=2).output_shape((2, 3), (2, 3))
    with pytest.raises(ShapeError, match="got one"):
        Multiply().output_shape((2, 3))


def test_padded_sequences_cannot_be_appended_to_each_other() -> None:
    lengths = np.array([1, 2])
    np.testing.assert_array_equal(Concat().forward(Tensor(A), Tensor(B), lengths=lengths).data[..., 3:], B)
    for axis in (0, -2):
        with pytest.raises(ShapeError):
            Concat(axis=axis).forward(Tensor(A), Tensor(B), lengths=lengths)
