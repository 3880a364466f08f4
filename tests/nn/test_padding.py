"""Mask of padded sequences."""

from __future__ import annotations

import numpy as np

from dlcli.nn import padding_mask


def test_padding_is_at_the_end() -> None:
    mask = padding_mask(np.array([2, 0, 3]), 3)
    np.testing.assert_array_equal(mask, [[True, True, False], [False, False, False], [True, True, True]])


def test_no_mask_without_padding() -> None:
    assert padding_mask(None, 3) is None
    assert padding_mask(np.array([3, 3]), 3) is None
    assert padding_mask(np.array([3, 5]), 3) is None
