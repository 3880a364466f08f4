"""Cropping and flipping: the native kernel has the bits of its reference implementation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import kernels
from dlcli.kernels import crop_and_flip, native

pytestmark = pytest.mark.skipif(native.module is None, reason="the native kernels are not built, or switched off")

#: both sides of the size of a vector
SIZES = st.sampled_from([1, 2, 3, 8, 15, 16, 17, 28, 40])


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.tuples(st.integers(1, 4), SIZES, SIZES, st.sampled_from([1, 2, 3, 5])),
    size=st.tuples(st.integers(0, 20), st.integers(0, 40)),
    seed=st.integers(0, 2**32),
    in_bytes=st.booleans(),
    farthest=st.sampled_from([0, 4, 60]),
)
def test_has_the_bits_of_the_reference(
    sizes: tuple[int, ...], size: tuple[int, int], seed: int, in_bytes: bool, farthest: int
) -> None:
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, sizes, dtype=np.uint8)
    rows = generator.integers(0, len(images), 3)
    fill, offset, factor = generator.standard_normal((3, sizes[3])).astype(np.float32)
    arguments = (
        *(images if in_bytes else images / np.float32(7), rows, shifts(generator, sizes[1:3], farthest), size),
        *(fill, offset, factor),
    )
    actual = kernels.crop_and_flip(*arguments)
    assert actual.dtype == np.float32
    np.testing.assert_array_equal(actual, crop_and_flip(*arguments))


def shifts(generator: np.random.Generator, size: tuple[int, ...], farthest: int) -> np.ndarray:
    """Return three maps from output to input positions, some of them flipped in the middle."""
    matrices = np.zeros((3, 2, 3), np.float32)
    signs = generator.choice([-1, 1], (3, 2))
    matrices[:, (0, 1), (0, 1)] = signs
    matrices[:, :, 2] = np.where(signs < 0, np.array(size[::-1]) - 1, 0) + generator.integers(
        -farthest, farthest, (3, 2), endpoint=True
    )
    return matrices


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_stays_in_native_code(monkeypatch: pytest.MonkeyPatch, dtype: type) -> None:
    monkeypatch.setattr("dlcli.kernels.reference.crop_and_flip.np", None)  # the reference would fail
    matrices, pixel = np.tile(np.eye(2, 3, dtype=np.float32), (2, 1, 1)), np.zeros(3, np.float32)
    kernels.crop_and_flip(np.zeros((4, 4, 4, 3), dtype), np.array([3, 1]), matrices, (4, 4), pixel, pixel, pixel)


def test_a_row_out_of_range_is_refused() -> None:
    matrices, pixel = np.eye(2, 3, dtype=np.float32)[np.newaxis], np.zeros(1, np.float32)
    with pytest.raises(IndexError):
        kernels.crop_and_flip(np.zeros((4, 4, 4, 1), np.uint8), np.array([4]), matrices, (4, 4), pixel, pixel, pixel)
