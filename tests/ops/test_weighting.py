"""Factors of a weighted mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.ops.weighting import mean_scale


@given(st.integers(1, 6), st.integers(1, 4), st.booleans(), st.booleans())
def test_the_factors_of_a_mean_sum_to_one(rows: int, columns: int, weighted: bool, per_element: bool) -> None:
    generator = np.random.default_rng(0)
    shape = (rows, columns)
    weights = 0.1 + generator.random(rows) if weighted else None
    element_weights = 0.1 + generator.random(shape) if per_element else None
    scale = mean_scale(shape, np.dtype(np.float64), weights, element_weights)
    assert np.broadcast_to(scale, shape).sum() == pytest.approx(1)


def test_the_dtype_is_kept() -> None:
    assert mean_scale((3,), np.dtype(np.float32), np.ones(3)).dtype == np.float32
    assert mean_scale((3,), np.dtype(np.float32)).dtype == np.float32
