"""Affine sampling of images with known results."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.kernels import affine_sample

IMAGE = np.arange(12, dtype=np.uint8).reshape(1, 3, 4, 1)
FILL = np.array([100.0], np.float32)


def resampled(matrix: list[list[float]], size: tuple[int, int] = (3, 4), bilinear: bool = True) -> np.ndarray:
    return affine_sample(IMAGE, np.array([matrix], np.float32), size, FILL, bilinear)[0, :, :, 0]


@pytest.mark.parametrize("bilinear", [True, False])
def test_the_identity_and_a_flip_copy_pixels(bilinear: bool) -> None:
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
def test_pixels_outside_the_image_have_the_fill_value(bilinear: bool) -> None:
    np.testing.assert_array_equal(resampled([[1, 0, 50], [0, 1, 0]], bilinear=bilinear), np.full((3, 4), 100))


def test_bilinear_interpolation_between_four_pixels() -> None:
    image = np.array([[0, 100], [200, 40]], np.uint8).reshape(1, 2, 2, 1)
    at = np.array([[[1, 0, 0.25], [0, 1, 0.5]]], np.float32)
    value = affine_sample(image, at, (1, 1), np.zeros(1), True).item()
    assert value == pytest.approx(0.5 * (0.75 * 0 + 0.25 * 100) + 0.5 * (0.75 * 200 + 0.25 * 40))
    assert affine_sample(image, at, (1, 1), np.zeros(1), False).item() == 200  # half a pixel down counts as the next


def test_interpolation_with_the_fill_value_at_the_edge() -> None:
    image = np.full((1, 3, 3, 1), 10, np.uint8)
    at = np.array([[[1, 0, -0.75], [0, 1, 1]]], np.float32)
    line = affine_sample(image, at, (1, 6), np.array([50.0]), True).ravel()
    np.testing.assert_allclose(line, [40, 10, 10, 20, 50, 50])


@given(st.floats(-np.pi, np.pi), st.integers(0, 99))
@settings(deadline=None)
def test_values_stay_in_the_range_of_the_image_and_the_fill_value(angle: float, seed: int) -> None:
    image = np.random.default_rng(seed).integers(50, 90, (1, 7, 5, 2)).astype(np.uint8)
    turn = np.array([[[np.cos(angle), -np.sin(angle), 1], [np.sin(angle), np.cos(angle), 2]]], np.float32)
    turned = affine_sample(image, turn, (6, 8), np.array([60.0, 70.0]), True)
    assert turned.min() >= 50 - 1e-3
    assert turned.max() <= 89 + 1e-3
