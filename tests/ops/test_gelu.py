"""GELU and SiLU against PyTorch."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dlcli import ops

X = 2 * np.random.default_rng(0).standard_normal((4, 5))


def test_gelu(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(ops.gelu, torch.nn.functional.gelu, X)


def test_gelu_is_x_times_the_normal_distribution_function() -> None:
    expected = [x * 0.5 * math.erfc(-x / math.sqrt(2)) for x in X.ravel()]
    np.testing.assert_allclose(ops.gelu(X).data.ravel(), expected, rtol=1e-12)


def test_gelu_tanh(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(ops.gelu_tanh, lambda x: torch.nn.functional.gelu(x, approximate="tanh"), X)


def test_the_tanh_approximation_is_close_to_gelu() -> None:
    x = np.linspace(-8, 8, 10_001)
    assert 1e-4 < np.abs(ops.gelu(x).data - ops.gelu_tanh(x).data).max() < 5e-4


def test_silu(same_as_torch) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(ops.silu, torch.nn.functional.silu, X)
