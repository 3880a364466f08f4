"""Adaptive pooling against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)
PAIRS = st.tuples(st.integers(1, 9), st.integers(1, 9))


@pytest.mark.parametrize("kind", ["average", "max"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
@settings(max_examples=30, deadline=None)
@given(image=PAIRS, size=PAIRS)
def test_same_as_torch(same_as_torch, kind, dtype, tolerance, image, size) -> None:
    torch = pytest.importorskip("torch")
    ours = {"average": ops.adaptive_average_pool2d, "max": ops.adaptive_max_pool2d}[kind]
    functional = torch.nn.functional
    theirs = {"average": functional.adaptive_avg_pool2d, "max": functional.adaptive_max_pool2d}[kind]
    same_as_torch(
        lambda x: ours(x, size),
        lambda x: theirs(x.permute(0, 3, 1, 2), size).permute(0, 2, 3, 1),
        GENERATOR.standard_normal((2, *image, 3)).astype(dtype),
        tolerance=tolerance,
    )


def test_neighboring_windows_overlap() -> None:
    """Five pixels in two windows: 0 … ⌈5/2⌉ and ⌊5/2⌋ … 5, both with the middle pixel."""
    x = np.array([1.0, 2, 6, 3, 4]).reshape(1, 1, 5, 1)
    np.testing.assert_allclose(ops.adaptive_average_pool2d(Tensor(x), (1, 2)).data.ravel(), [9 / 3, 13 / 3])
    y = Tensor(x, requires_grad=True)
    largest = ops.adaptive_max_pool2d(y, (1, 2))
    np.testing.assert_array_equal(largest.data.ravel(), [6, 6])
    largest.backward(np.ones(largest.shape))
    np.testing.assert_array_equal(y.grad.ravel(), [0, 0, 2, 0, 0])


@pytest.mark.parametrize("width", [4, 5])
def test_the_first_of_equal_maxima_gets_the_gradient(width) -> None:
    x = Tensor(np.zeros((1, width, width, 1)), requires_grad=True)
    ops.adaptive_max_pool2d(x, (1, 1)).backward(np.ones((1, 1, 1, 1)))
    assert np.flatnonzero(x.grad).tolist() == [0]
