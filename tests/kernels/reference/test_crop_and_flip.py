"""Crops and flips equal affine sampling followed by normalization."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.kernels import affine_sample, crop_and_flip

SIZE = st.tuples(st.integers(1, 9), st.integers(1, 9))


@given(SIZE, SIZE, st.integers(1, 4), st.booleans(), st.integers(0, 999))
@settings(deadline=None)
def test_crops_and_flips_equal_affine_sampling(
    size: tuple[int, int], output: tuple[int, int], channels: int, bilinear: bool, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, (5, *size, channels)).astype(np.uint8)
    rows = generator.integers(0, 5, 3)
    matrices = np.zeros((3, 2, 3), np.float32)
    matrices[:, (0, 1), (0, 1)] = generator.choice([-1, 1], (3, 2))
    matrices[:, :, 2] = generator.integers(-12, 20, (3, 2))
    fill, offset, factor = generator.standard_normal((3, channels)).astype(np.float32)
    expected = (affine_sample(images[rows], matrices, output, fill, bilinear) - offset) * factor
    np.testing.assert_array_equal(crop_and_flip(images, rows, matrices, output, fill, offset, factor), expected)
