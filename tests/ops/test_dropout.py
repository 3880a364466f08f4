"""Inverted dropout keeps the expectation and is reproducible."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_share_and_expectation(rate: float) -> None:
    y = ops.dropout(Tensor(np.ones(200_000, np.float32)), rate, np.random.default_rng(0)).data
    # four standard deviations of a mean over 200,000 Bernoulli draws
    assert abs((y == 0).mean() - rate) < 4 * np.sqrt(rate * (1 - rate) / y.size)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate), rtol=1e-6)
    assert y.dtype == np.float32


def test_the_gradient_has_the_same_mask() -> None:
    x = Tensor(np.ones(50), requires_grad=True)
    y = ops.dropout(x, 0.5, np.random.default_rng(0))
    y.backward(np.ones(50))
    np.testing.assert_array_equal(x.grad, y.data)


def test_the_same_generator_state_gives_the_same_mask_in_both_precisions() -> None:
    single, double = (
        ops.dropout(Tensor(np.ones(50, dtype)), 0.3, np.random.default_rng(1)).data
        for dtype in (np.float32, np.float64)
    )
    np.testing.assert_array_equal(single == 0, double == 0)


def test_spatial_dropout_drops_whole_channels() -> None:
    x = Tensor(np.ones((40, 3, 4, 50), np.float32), requires_grad=True)
    y = ops.spatial_dropout(x, 0.3, np.random.default_rng(0))
    by_channel = y.data.reshape(40, 12, 50)
    assert (by_channel == by_channel[:, :1]).all()
    dropped = (by_channel[:, 0] == 0).mean()
    assert abs(dropped - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 2000)  # four standard deviations of 2,000 draws
    np.testing.assert_allclose(y.data[y.data != 0], 1 / 0.7, rtol=1e-6)
    y.backward(np.ones(y.shape, np.float32))
    np.testing.assert_array_equal(x.grad, y.data)
