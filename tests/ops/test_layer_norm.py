"""Layer normalization against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
@settings(max_examples=25, deadline=None)
@given(shape=st.lists(st.integers(1, 6), min_size=1, max_size=4), epsilon=st.sampled_from([1e-5, 1e-2]))
def test_same_as_torch(same_as_torch, dtype, tolerance, shape, epsilon) -> None:
    torch = pytest.importorskip("torch")
    channels = 2 + shape.pop()  # a single channel equals its mean: its gradient is 0 for any formula
    arrays = 3 * GENERATOR.standard_normal((*shape, channels)) + 1, *GENERATOR.standard_normal((2, channels))
    same_as_torch(
        lambda x, gamma, beta: ops.layer_norm(x, gamma, beta, epsilon=epsilon),
        lambda x, gamma, beta: torch.nn.functional.layer_norm(x, (channels,), gamma, beta, epsilon),
        *[array.astype(dtype) for array in arrays],
        tolerance=tolerance,
    )


def test_channels_far_from_zero_keep_their_digits() -> None:
    x = (1000 + GENERATOR.standard_normal((4, 64))).astype(np.float32)
    y = ops.layer_norm(Tensor(x), Tensor(np.ones(64, np.float32)), Tensor(np.zeros(64, np.float32)), epsilon=1e-5)
    exact = x.astype(np.float64)
    exact = (exact - exact.mean(1, keepdims=True)) / exact.std(1, keepdims=True)
    np.testing.assert_allclose(y.data, exact, atol=1e-3)  # the mean is known to 1000 / 2²⁴ = 6e-5
