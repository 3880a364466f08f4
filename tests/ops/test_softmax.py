"""Softmax and its logarithm against PyTorch and at extreme logits."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops

X = np.random.default_rng(0).standard_normal((2, 4, 5))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_equals_torch(same_as_torch, name: str) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(getattr(ops, name), lambda x: getattr(torch, name)(x, dim=-1), X)


def test_extreme_logits() -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        logits = np.array([[1e4, 0.0, -1e4]])
        np.testing.assert_allclose(ops.softmax(logits).data, [[1, 0, 0]])
        np.testing.assert_allclose(ops.log_softmax(logits).data, [[0, -1e4, -2e4]])
