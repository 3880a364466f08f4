"""Batch normalization against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)
X = 3 + 2 * GENERATOR.standard_normal((6, 4))
GAMMA, BETA = GENERATOR.standard_normal(4), GENERATOR.standard_normal(4)
MEAN, VARIANCE = GENERATOR.standard_normal(4), 0.5 + GENERATOR.random(4)


def test_batch_statistics(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(
        lambda x, gamma, beta: ops.batch_norm(x, gamma, beta, epsilon=1e-5),
        lambda x, gamma, beta: torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-5),
        X,
        GAMMA,
        BETA,
    )


def test_constant_statistics(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    mean, variance = torch.tensor(MEAN), torch.tensor(VARIANCE)
    same_as_torch(
        lambda x, gamma, beta: ops.fixed_batch_norm(x, gamma, beta, MEAN, VARIANCE, epsilon=1e-3),
        lambda x, gamma, beta: torch.nn.functional.batch_norm(x, mean, variance, gamma, beta, eps=1e-3),
        X,
        GAMMA,
        BETA,
    )


def test_every_axis_but_the_last_is_the_batch(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    images = GENERATOR.standard_normal((2, 3, 5, 4))  # (N, H, W, C)
    same_as_torch(
        lambda x, gamma, beta: ops.batch_norm(x, gamma, beta, epsilon=1e-5),
        lambda x, gamma, beta: torch.nn.functional.batch_norm(
            x.permute(0, 3, 1, 2), None, None, gamma, beta, training=True, eps=1e-5
        ).permute(0, 2, 3, 1),
        images,
        GAMMA,
        BETA,
    )


@pytest.mark.parametrize("with_residual", [False, True])
@pytest.mark.parametrize("relu", [False, True])
def test_with_residual_and_relu(same_as_torch, relu, with_residual) -> None:
    torch = pytest.importorskip("torch")

    def theirs(x, gamma, beta, residual):
        y = torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-5)
        y = y + residual if with_residual else y + 0 * residual
        return y.relu() if relu else y

    def ours(x, gamma, beta, residual):
        y = ops.batch_norm(x, gamma, beta, residual if with_residual else None, epsilon=1e-5, relu=relu)
        return y if with_residual else y + 0 * residual

    same_as_torch(ours, theirs, X, GAMMA, BETA, GENERATOR.standard_normal(X.shape))


def test_callback_gets_the_statistics() -> None:
    seen: list[tuple[np.ndarray, np.ndarray, int]] = []
    ops.batch_norm(
        Tensor(X), Tensor(GAMMA), Tensor(BETA), epsilon=1e-5, on_statistics=lambda *statistics: seen.append(statistics)
    )
    ((mean, variance, count),) = seen
    np.testing.assert_allclose(mean, X.mean(axis=0))
    np.testing.assert_allclose(variance, X.var(axis=0))
    assert count == 6


def test_a_constant_channel_and_a_batch_of_one_stay_finite() -> None:
    for rows in (np.full((5, 2), 3.0), np.array([[1.0, 2.0]])):
        x = Tensor(rows, requires_grad=True)
        y = ops.batch_norm(x, Tensor(np.ones(2)), Tensor(np.full(2, 0.5)), epsilon=1e-5)
        y.backward(np.ones(rows.shape))
        np.testing.assert_allclose(y.data, 0.5)
        assert np.isfinite(x.grad).all()
