"""Means and maxima over sequences, ignoring padding."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor

X = np.random.default_rng(0).standard_normal((3, 4, 2))
LENGTHS = [4, 2, 0]
MASK = np.arange(4) < np.array(LENGTHS)[:, None]
POOLS = {"mean": (ops.mean_over_time, np.mean), "max": (ops.max_over_time, np.max)}


@pytest.mark.parametrize("pool", POOLS)
def test_padding_is_ignored(pool: str) -> None:
    ours, numpys = POOLS[pool]
    expected = [numpys(x[:length], axis=0) if length else np.zeros(2) for x, length in zip(X, LENGTHS, strict=True)]
    np.testing.assert_allclose(ours(Tensor(X), MASK).data, expected)
    np.testing.assert_allclose(ours(Tensor(X)).data, numpys(X, axis=1))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("pool", POOLS)
def test_padding_may_hold_anything_and_gets_no_gradient(pool: str, dtype: type) -> None:
    spoiled = np.where(MASK[:, :, None], X, np.nan).astype(dtype)
    x = Tensor(spoiled, requires_grad=True)
    result = POOLS[pool][0](x, MASK)
    assert result.dtype == dtype
    assert np.isfinite(result.data).all()
    result.sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == dtype
    assert not x.grad[~MASK].any()
    np.testing.assert_allclose(x.grad.sum(axis=1)[:2], 1)


def test_the_first_of_equal_maxima_gets_the_gradient() -> None:
    x = Tensor(np.array([[[1.0], [3.0], [3.0]]]), requires_grad=True)
    ops.max_over_time(x).sum().backward()
    np.testing.assert_array_equal(x.grad, [[[0], [1], [0]]])
