from __future__ import annotations

import math

import numpy as np
import pytest

from dlcli.kernels import l2_norm


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1e-30, 1e-12, 1.0, 1e12, 1e30])
def test_norm_at_any_magnitude_of_float32(dtype: type, scale: float) -> None:
    x = (scale * np.arange(-50, 50)).astype(dtype)
    assert l2_norm(x) == pytest.approx(scale * math.sqrt(83350), rel=1e-6)


def test_norm_of_an_empty_array_and_of_zeros() -> None:
    assert l2_norm(np.empty(0)) == 0
    assert l2_norm(np.zeros(4, np.float32)) == 0


def test_non_finite_elements_make_the_norm_non_finite() -> None:
    assert l2_norm(np.array([1, np.inf], np.float32)) == math.inf
    assert math.isnan(l2_norm(np.array([1, np.nan], np.float32)))
