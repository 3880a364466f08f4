"""Max-pooling of infinite pixels, and softmax of empty arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli import kernels, ops
from dlcli.autograd import Tensor
from dlcli.kernels.reference import pooling

BACKENDS = pytest.mark.parametrize("backend", [kernels, pooling], ids=["fastest", "reference"])


@BACKENDS
def test_the_gradient_of_a_window_of_minus_infinity_goes_to_its_first_pixel(backend: Any) -> None:
    x = np.full((1, 2, 2, 3), -np.inf, np.float32)
    options: Any = {"window": (2, 2), "stride": (2, 2), "padding": ((1, 1), (1, 1))}
    y, argmax = backend.max_pool2d(x, **options)
    assert (y == -np.inf).all()
    grad = backend.max_pool2d_backward(np.ones_like(y), argmax, (2, 2), **options)
    np.testing.assert_array_equal(grad, np.ones_like(x))


@given(
    size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    window=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(*[st.integers(0, 2)] * 4),
    seed=st.integers(0, 20),
)
def test_no_gradient_is_lost_and_all_backends_agree(
    size: tuple[int, int], window: tuple[int, int], stride: tuple[int, int], padding: tuple[int, ...], seed: int
) -> None:
    top, bottom, left, right = (min(pad, window[index // 2] - 1) for index, pad in enumerate(padding))
    sides = ((top, bottom), (left, right))
    generator = np.random.default_rng(seed)
    x = generator.choice([-np.inf, -1.0, 0.0], (2, *size, 2), p=[0.8, 0.1, 0.1]).astype(np.float32)
    y, argmax = pooling.max_pool2d(x, window, stride, sides)
    fastest_y, fastest_argmax = kernels.max_pool2d(x, window, stride, sides)
    np.testing.assert_array_equal(y, fastest_y)
    np.testing.assert_array_equal(argmax, fastest_argmax)
    grad = pooling.max_pool2d_backward(np.ones_like(y), argmax, size, window, stride, sides)
    assert grad.sum() == y.size


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(5, 0, 0), (5, 0), (0,), (0, 3), (2, 0, 4)])
@pytest.mark.parametrize("function", [ops.softmax, ops.log_softmax])
def test_softmax_of_an_empty_array_is_empty(function: Any, shape: tuple[int, ...], dtype: type) -> None:
    x = Tensor(np.zeros(shape, dtype), requires_grad=True)
    y = function(x)
    assert y.shape == shape
    y.backward(np.zeros(shape, dtype))
    assert x.grad is not None
    assert x.grad.shape == shape
