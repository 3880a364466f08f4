"""What resampling does to images whose result is known."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.kernels.reference.resampling import resample2d

IMAGE = np.arange(12, dtype=np.uint8).reshape(1, 3, 4, 1)
FILL = np.array([100.0], np.float32)


def resampled(matrix: list[list[float]], size: tuple[int, int] = (3, 4), bilinear: bool = True) -> np.ndarray:
    return resample2d(IMAGE, np.array([matrix], np.float32), size, FILL, bilinear)[0, :, :, 0]


@pytest.mark.parametrize("bilinear", [True, False])
def test_the_identity_and_a_flip_move_whole_pixels(bilinear: bool) -> None:
    np.testing.assert_array_equal(resampled([[1, 0, 0], [0, 1, 0]], bilinear=bilinear), IMAGE[0, :, :, 0])
    np.testing.assert_array_equal(resampled([[-1, 0, 3], [0, 1, 0]], bilinear=bilinear), IMAGE[0, :, ::-1, 0])


@pytest.mark.parametrize("bilinear", [True, False])
def test_a_quarter_turn_swaps_the_axes(bilinear: bool) -> None:
    turned = resampled([[0, 1, 0], [1, 0, 0]], (4, 3), bilinear)  # (x, y) = (p, q)
    np.testing.assert_array_equal(turned, IMAGE[0, :, :, 0].T)


def test_a_shift_by_half_a_pixel_is_the_mean_of_neighbors_and_of_the_fill() -> None:
    np.testing.assert_array_equal(resampled([[1, 0, 0.5], [0, 1, 0]])[0], [0.5, 1.5, 2.5, (3 + 100) / 2])
    np.testing.assert_array_equal(resampled([[1, 0, 0.5], [0, 1, 0]], bilinear=False)[0], [1, 2, 3, 100])


@pytest.mark.parametrize("bilinear", [True, False])
def test_outside_is_filled(bilinear: bool) -> None:
    np.testing.assert_array_equal(resampled([[1, 0, 50], [0, 1, 0]], bilinear=bilinear), np.full((3, 4), 100))
