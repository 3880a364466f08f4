"""Maximum error of the native elementary functions over all magnitudes, in units in the last place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dlcli import kernels
from dlcli.kernels import native, reference

pytestmark = pytest.mark.skipif(native.module is None, reason="the native kernels are not built or disabled")

TINY = np.finfo(np.float32).tiny


def numbers() -> np.ndarray:
    """Return numbers of both signs from 2⁻³⁰ to 2⁷, with uniformly distributed exponents."""
    magnitudes = np.exp2(np.random.default_rng(0).uniform(-30, 7, 200_000)).astype(np.float32)
    return np.concatenate([magnitudes, -magnitudes])


@pytest.mark.parametrize(
    ("name", "parameters", "bound"),
    [
        ("elu", (1.0,), 3),  # expm1 of negative numbers
        ("sigmoid", (), 4),  # exp
        ("softplus", (), 4),  # exp and log1p
        ("tanh", (), 4),  # expm1
    ],
)
def test_error_in_units_in_the_last_place(name: str, parameters: tuple[float, ...], bound: float) -> None:
    x = numbers()
    twin: Callable[..., np.ndarray] = getattr(reference.activations, name)
    exact = twin(x.astype(np.float64), *parameters)
    normal = np.abs(exact) >= TINY
    error = np.abs(getattr(kernels, name)(x, *parameters) - exact)[normal]
    assert np.max(error / np.spacing(np.abs(exact[normal]).astype(np.float32))) < bound


def test_the_tail_of_gelu_is_accurate() -> None:
    """To 1e-5: the relative rounding error of x/√2, 6e-8, is that large in exp(−x²/2) at x = −12."""
    x = -np.linspace(0, 12, 100_001, dtype=np.float32)
    exact = reference.activations.gelu(x.astype(np.float64))
    np.testing.assert_allclose(kernels.gelu(x), exact, rtol=1.2e-5, atol=1e-33)
