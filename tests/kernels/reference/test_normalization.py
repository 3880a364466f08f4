"""Batch normalization on plain arrays."""

from __future__ import annotations

import numpy as np

from dlcli import kernels


def test_a_large_mean_does_not_eat_the_variance() -> None:
    """The mean is taken off first: `E[x²] − E[x]²` would have no digits left in float32."""
    x = (1e4 + np.random.default_rng(0).standard_normal((256, 2))).astype(np.float32)
    _, mean, variance, _ = kernels.batch_norm(x, np.ones(2, np.float32), np.zeros(2, np.float32), 1e-5)
    np.testing.assert_allclose(mean, x.astype(np.float64).mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(variance, x.astype(np.float64).var(axis=0), rtol=1e-3)
