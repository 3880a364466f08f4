"""Color maps."""

from __future__ import annotations

import numpy as np

from dlcli.reports.palette import BLUE, VERMILION, photograph, rgb, shaded, signed


def test_signs_have_colors_and_zero_is_white() -> None:
    np.testing.assert_array_equal(signed(np.array([-2.0, 0.0, 2.0]), 2.0), [rgb(BLUE), [255, 255, 255], rgb(VERMILION)])
    np.testing.assert_array_equal(signed(np.zeros((2, 2)), 0.0), np.full((2, 2, 3), 255))


def test_shares_are_clipped() -> None:
    np.testing.assert_array_equal(shaded(np.array([-1.0, 5.0]), BLUE), [[255, 255, 255], rgb(BLUE)])


def test_a_photograph_of_any_range() -> None:
    for white in (1.0, 16.0, 255.0):
        pixels = white * np.array([0.0, 0.5, 1.0]).reshape(1, 3, 1)
        np.testing.assert_array_equal(photograph(pixels)[0, :, 0], [0, 128, 255])
    assert photograph(np.full((4, 5, 3), 200.0)).tolist() == np.full((4, 5, 3), 200).tolist()  # bytes keep their value
    assert photograph(np.array([[[-1.0], [1.0]]]))[0, :, 0].tolist() == [0, 255]
    assert photograph(np.zeros((2, 2, 1))).shape == (2, 2, 3)
