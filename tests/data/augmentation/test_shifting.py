from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.data.augmentation.shifting import are_shifts, shift2d
from dlcli.kernels import resample2d

SIZE = st.tuples(st.integers(1, 9), st.integers(1, 9))


@given(SIZE, SIZE, st.integers(1, 4), st.booleans(), st.integers(0, 999))
@settings(deadline=None)
def test_shifts_are_resampled_alike_by_copying(
    size: tuple[int, int], output: tuple[int, int], channels: int, bilinear: bool, seed: int
):
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, (3, *size, channels)).astype(np.uint8)
    matrices = np.zeros((3, 2, 3), np.float32)
    matrices[:, (0, 1), (0, 1)] = generator.choice([-1, 1], (3, 2))
    matrices[:, :, 2] = generator.integers(-12, 20, (3, 2))
    fill = generator.integers(0, 256, channels).astype(np.float32)
    assert are_shifts(matrices)
    assert np.array_equal(shift2d(images, matrices, output, fill), resample2d(images, matrices, output, fill, bilinear))


@pytest.mark.parametrize("change", [(0, 0, 0.5), (0, 1, 0.1), (1, 0, -1.0), (1, 2, 0.25)])
def test_other_maps_are_no_shifts(change: tuple[int, int, float]):
    matrices = np.tile(np.eye(2, 3), (2, 1, 1))
    row, column, value = change
    matrices[1, row, column] = value
    assert not are_shifts(matrices)


def test_between_pixels_the_four_around_are_weighed():
    image = np.array([[0, 100], [200, 40]], np.uint8).reshape(1, 2, 2, 1)
    at = np.array([[[1, 0, 0.25], [0, 1, 0.5]]], np.float32)
    value = resample2d(image, at, (1, 1), np.zeros(1), True).item()
    assert value == pytest.approx(0.5 * (0.75 * 0 + 0.25 * 100) + 0.5 * (0.75 * 200 + 0.25 * 40))
    assert resample2d(image, at, (1, 1), np.zeros(1), False).item() == 200  # half a pixel down counts as the next


def test_across_the_edge_the_fill_is_weighed_and_beyond_it_is_all_there_is():
    image = np.full((1, 3, 3, 1), 10, np.uint8)
    at = np.array([[[1, 0, -0.75], [0, 1, 1]]], np.float32)
    line = resample2d(image, at, (1, 6), np.array([50.0]), True).ravel()
    np.testing.assert_allclose(line, [40, 10, 10, 20, 50, 50])


@given(st.floats(-np.pi, np.pi), st.integers(0, 99))
@settings(deadline=None)
def test_values_stay_between_those_of_the_picture_and_the_fill(angle: float, seed: int):
    image = np.random.default_rng(seed).integers(50, 90, (1, 7, 5, 2)).astype(np.uint8)
    turn = np.array([[[np.cos(angle), -np.sin(angle), 1], [np.sin(angle), np.cos(angle), 2]]], np.float32)
    turned = resample2d(image, turn, (6, 8), np.array([60.0, 70.0]), True)
    assert turned.min() >= 50 - 1e-3
    assert turned.max() <= 89 + 1e-3
