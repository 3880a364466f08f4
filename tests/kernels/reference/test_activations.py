"""Activations on plain arrays: no overflow, no change of type, no change of the input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dlcli import kernels

EXTREME = [-3e4, -90.0, -1.0, 0.0, 1.0, 90.0, 3e4]
FORWARD: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "relu": kernels.relu,
    "leaky_relu": lambda x: kernels.leaky_relu(x, 0.1),
    "elu": lambda x: kernels.elu(x, 1.0),
    "gelu": kernels.gelu,
    "gelu_tanh": kernels.gelu_tanh,
    "silu": kernels.silu,
    "sigmoid": kernels.sigmoid,
    "tanh": kernels.tanh,
    "softplus": kernels.softplus,
}
BACKWARD: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "gelu": kernels.gelu_backward,
    "gelu_tanh": kernels.gelu_tanh_backward,
    "silu": kernels.silu_backward,
    "softplus": kernels.softplus_backward,
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FORWARD)
def test_finite_at_extremes(name: str, dtype: type) -> None:
    x = np.array(EXTREME, dtype)
    before = x.copy()
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = FORWARD[name](x)
        slope = BACKWARD[name](np.ones_like(x), x) if name in BACKWARD else None
    assert y.dtype == dtype
    assert np.isfinite(y).all()
    assert slope is None or (np.isfinite(slope).all() and slope.dtype == dtype)
    np.testing.assert_array_equal(x, before)
