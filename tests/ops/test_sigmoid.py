"""Sigmoid, tanh and softplus against PyTorch and at extreme inputs."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor

X = 3 * np.random.default_rng(0).standard_normal((4, 5))
EXTREME = np.array([-1e4, -90.0, 0.0, 90.0, 1e4])


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_equals_torch(same_as_torch, name: str) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(getattr(ops, name), getattr(torch, name), X)


def test_softplus(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(ops.softplus, torch.nn.functional.softplus, X)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_at_extremes(dtype: type) -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        x = Tensor(EXTREME.astype(dtype), requires_grad=True)
        y = ops.sigmoid(x)
        y.backward(np.ones(5, dtype))
    np.testing.assert_allclose(y.data, [0, np.exp(-90.0), 0.5, 1, 1], rtol=1e-5)
    assert np.isfinite(x.grad).all()


def test_softplus_at_extremes() -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        x = Tensor(EXTREME, requires_grad=True)
        y = ops.softplus(x)
        y.backward(np.ones(5))
    np.testing.assert_allclose(y.data, [0, np.exp(-90), np.log(2), 90, 1e4])
    np.testing.assert_allclose(x.grad, [0, np.exp(-90), 0.5, 1, 1], atol=1e-300)
