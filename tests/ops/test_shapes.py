"""Reshape, transpose, slice and concatenate against PyTorch, and their gradients as inverses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcli import ops
from dlcli.autograd import Tensor

X = np.random.default_rng(0).standard_normal((2, 3, 4))


def test_reshape(same_as_torch) -> None:
    same_as_torch(lambda x: ops.reshape(x, (4, -1)), lambda x: x.reshape(4, -1), X)


@pytest.mark.parametrize("axes", [(2, 0, 1), (0, -1, 1), None])
def test_transpose(same_as_torch, axes: tuple[int, ...] | None) -> None:
    same_as_torch(lambda x: ops.transpose(x, axes), lambda x: x.permute(axes or (2, 1, 0)), X)


@pytest.mark.parametrize(
    "index",
    [
        1,
        slice(0, 2),
        (slice(None), -1),
        (..., slice(None, None, 2)),
        (slice(None), [2, 0, 2]),
        (slice(None), None, 1),
    ],
    ids=str,
)
def test_slice(same_as_torch, index: object) -> None:
    same_as_torch(lambda x: x[index], lambda x: x[index], X)


def test_a_mask_selects() -> None:
    x = Tensor(X.copy(), requires_grad=True)
    x[X > 0].sum().backward()
    np.testing.assert_array_equal(x.grad, (X > 0).astype(float))


def test_concat(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(lambda *t: ops.concat(t, axis=1), lambda *t: torch.cat(t, dim=1), X, X[:, :1], 2 * X[:, 1:])


@given(hnp.array_shapes(max_dims=4, max_side=4), st.data())
def test_gradient_of_transpose_is_the_inverse(shape: tuple[int, ...], data: st.DataObject) -> None:
    axes = tuple(data.draw(st.permutations(range(len(shape)))))
    x = Tensor(np.zeros(shape), requires_grad=True)
    direction = np.arange(float(np.prod(shape))).reshape([shape[axis] for axis in axes])
    ops.transpose(x, axes).backward(direction)
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.transpose(axes), direction)


@given(hnp.array_shapes(max_dims=3, max_side=5), st.data())
def test_gradient_of_slice_is_scattered_back(shape: tuple[int, ...], data: st.DataObject) -> None:
    index = data.draw(hnp.basic_indices(shape, allow_newaxis=True))
    x = Tensor(np.arange(float(np.prod(shape))).reshape(shape), requires_grad=True)
    picked = x[index]
    picked.backward(np.ones(picked.shape))
    expected = np.zeros(shape)
    expected[index] = 1
    np.testing.assert_array_equal(x.grad, expected)
