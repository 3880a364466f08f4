"""ReLU and its variants against PyTorch and at the kink."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor

X = np.random.default_rng(0).standard_normal((4, 5))


def test_relu(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(ops.relu, torch.relu, X)


def test_leaky_relu(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(lambda x: ops.leaky_relu(x, slope=0.2), lambda x: torch.nn.functional.leaky_relu(x, 0.2), X)


def test_elu(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(lambda x: ops.elu(x, alpha=0.7), lambda x: torch.nn.functional.elu(x, 0.7), X)


def test_the_gradient_of_relu_at_zero_is_zero() -> None:
    x = Tensor(np.array([-1.0, 0.0, 1.0]), requires_grad=True)
    ops.relu(x).backward(np.ones(3))
    np.testing.assert_array_equal(x.grad, [0, 0, 1])


def test_elu_of_a_large_number_does_not_overflow() -> None:
    with np.errstate(all="raise"):
        np.testing.assert_allclose(ops.elu(np.array([1e4, -1e4]), alpha=1.0).data, [1e4, -1.0])


@pytest.mark.parametrize(
    "activation", [ops.relu, lambda x: ops.leaky_relu(x, slope=0.1), lambda x: ops.elu(x, alpha=1)]
)
def test_nan_is_propagated(activation) -> None:
    assert np.isnan(activation(np.array([np.nan])).data).all()
