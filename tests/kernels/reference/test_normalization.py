"""Batch normalization on plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli import kernels
from dlcli.kernels.reference import normalization

BACKENDS = pytest.mark.parametrize("backend", [kernels, normalization], ids=["fastest", "reference"])


def columns(rows: int, channels: int) -> np.ndarray:
    """Return constant columns of different magnitudes, and one column that varies around a large number."""
    sizes = np.random.default_rng(0).choice([0.1, 1.7, 333.3, 1e6 + 1 / 3, -1.23e7], channels)
    x = np.repeat(sizes[np.newaxis], rows, axis=0)
    x[:, 0] = 1e4 + np.random.default_rng(1).standard_normal(rows)
    return x.astype(np.float32)


@BACKENDS
@pytest.mark.parametrize("rows", [2, 7, 4099])
@pytest.mark.parametrize("channels", [1, 3, 50])
@pytest.mark.parametrize("relu", [False, True])
def test_constant_columns_become_beta(backend: Any, rows: int, channels: int, relu: bool) -> None:
    x, gamma = columns(rows, channels), np.full(channels, 2.0, np.float32)
    beta, residual = np.linspace(-1, 1, channels).astype(np.float32), np.ones_like(x)
    exact = x.astype(np.float64)
    for added in (None, residual):
        y, mean, variance, inverse_std = backend.batch_norm(x, gamma, beta, 1e-5, added, relu)
        fixed = backend.fixed_batch_norm(x, gamma, beta, mean, variance, 1e-5, added, relu)
        expected = 2 * (exact - exact.mean(axis=0)) / np.sqrt(exact.var(axis=0) + 1e-5) + beta
        expected += 0 if added is None else added
        expected = np.maximum(expected, 0) if relu else expected
        np.testing.assert_allclose(mean, exact.mean(axis=0), rtol=1e-4)
        np.testing.assert_allclose(variance[1:], 0, atol=1e-6)
        np.testing.assert_allclose(inverse_std, 1 / np.sqrt(variance + 1e-5), rtol=1e-5)
        np.testing.assert_allclose(y, expected, atol=5e-3)
        np.testing.assert_allclose(fixed[:, 1:], expected[:, 1:], atol=5e-3)


@BACKENDS
def test_a_constant_column_has_no_gradient_of_gamma(backend: Any) -> None:
    x = np.full((64, 3), 1e6 + 1 / 3, np.float32)
    ones, zeros = np.ones(3, np.float32), np.zeros(3, np.float32)
    _, mean, _, inverse_std = backend.batch_norm(x, ones, zeros, 1e-5)
    _, grad_gamma, _, _ = backend.batch_norm_backward(np.ones_like(x), x, ones, mean, inverse_std)
    np.testing.assert_allclose(grad_gamma, 0, atol=1e-5)


def test_the_variance_is_accurate_with_a_large_mean() -> None:
    """The mean is subtracted first: `E[x²] − E[x]²` would lose all digits in float32."""
    x = (1e4 + np.random.default_rng(0).standard_normal((256, 2))).astype(np.float32)
    _, mean, variance, _ = kernels.batch_norm(x, np.ones(2, np.float32), np.zeros(2, np.float32), 1e-5)
    np.testing.assert_allclose(mean, x.astype(np.float64).mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(variance, x.astype(np.float64).var(axis=0), rtol=1e-3)
