"""Which steps of padded sequences are real."""

from __future__ import annotations

import numpy as np

from dlcli.nn import padding_mask


def test_real_steps_come_first() -> None:
    mask = padding_mask(np.array([2, 0, 3]), 3)
    np.testing.assert_array_equal(mask, [[True, True, False], [False, False, False], [True, True, True]])


def test_no_mask_where_nothing_is_padded() -> None:
    assert padding_mask(None, 3) is None
    assert padding_mask(np.array([3, 3]), 3) is None
    assert padding_mask(np.array([3, 5]), 3) is None
