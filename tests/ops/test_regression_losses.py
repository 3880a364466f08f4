"""Losses for regression against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor

GENERATOR = np.random.default_rng(0)
PREDICTIONS, TARGETS = GENERATOR.standard_normal((6, 2)), GENERATOR.standard_normal((6, 2))


@pytest.mark.parametrize(("ours", "theirs"), [("mean_squared_error", "mse_loss"), ("mean_absolute_error", "l1_loss")])
def test_equals_torch(same_as_torch, ours: str, theirs: str) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(
        lambda x: getattr(ops, ours)(x, TARGETS),
        lambda x: getattr(torch.nn.functional, theirs)(x, torch.tensor(TARGETS)),
        PREDICTIONS,
    )


@pytest.mark.parametrize("delta", [0.3, 1.0, 10.0])
def test_huber(same_as_torch, delta: float) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(
        lambda x: ops.huber(x, TARGETS, delta=delta),
        lambda x: torch.nn.functional.huber_loss(x, torch.tensor(TARGETS), delta=delta),
        PREDICTIONS,
    )


def test_weights_of_examples_are_a_weighted_mean() -> None:
    weights = np.array([1.0, 2, 0, 1, 3, 0.5])
    squares = ((PREDICTIONS - TARGETS) ** 2).mean(axis=1)
    loss = ops.mean_squared_error(Tensor(PREDICTIONS), TARGETS, weights).item()
    assert loss == pytest.approx((weights * squares).sum() / weights.sum())


def test_a_column_of_predictions_accepts_a_vector_of_targets() -> None:
    """(N, 1) against (N,) must not broadcast to (N, N)."""
    column = Tensor(np.array([[1.0], [2.0], [3.0]]))
    assert ops.mean_squared_error(column, np.array([1.0, 2.0, 5.0])).item() == pytest.approx(4 / 3)
