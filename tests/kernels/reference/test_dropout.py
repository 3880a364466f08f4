"""Mask of inverted dropout."""

from __future__ import annotations

import numpy as np

from dlcli import kernels


def test_values_and_type() -> None:
    mask = kernels.dropout_mask((100, 7), 0.2, np.random.default_rng(0), np.float32)
    assert mask.shape == (100, 7)
    assert mask.dtype == np.float32
    np.testing.assert_array_equal(np.unique(mask), np.array([0, 1.25], np.float32))
