"""Affine sampling: the native kernel has the bits of its reference implementation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import kernels
from dlcli.kernels import affine_sample, native

pytestmark = pytest.mark.skipif(native.module is None, reason="the native kernels are not built, or switched off")

SIZES = st.sampled_from([1, 2, 3, 8, 17])


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.tuples(st.integers(0, 3), SIZES, SIZES, st.sampled_from([1, 2, 3, 5])),
    size=st.tuples(st.integers(0, 20), st.integers(0, 20)),
    seed=st.integers(0, 2**32),
    in_bytes=st.booleans(),
    bilinear=st.booleans(),
)
def test_has_the_bits_of_the_reference(
    sizes: tuple[int, ...], size: tuple[int, int], seed: int, in_bytes: bool, bilinear: bool
) -> None:
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, sizes, dtype=np.uint8)
    matrices = (generator.standard_normal((sizes[0], 2, 3)) * [1, 1, 4]).astype(np.float32)
    if seed % 3 == 0:  # integer and half-integer positions
        matrices = np.round(2 * matrices) / np.float32(2)
    fill = generator.standard_normal(sizes[3]).astype(np.float32)
    inputs = images if in_bytes else images / np.float32(7)
    actual = kernels.affine_sample(inputs, matrices, size, fill, bilinear)
    assert actual.dtype == np.float32
    np.testing.assert_array_equal(actual, affine_sample(inputs, matrices, size, fill, bilinear))


@pytest.mark.parametrize("bilinear", [True, False])
def test_a_nan_position_is_outside(bilinear: bool) -> None:
    images, fill = np.ones((2, 3, 3, 1), np.float32), np.full(1, 7, np.float32)
    matrices = np.array([[[1, 0, np.nan], [0, 1, 0]], [[np.inf, 0, 0], [0, 1, 3e38]]], np.float32)
    with np.errstate(invalid="ignore"):
        expected = affine_sample(images, matrices, (3, 3), fill, bilinear)
    np.testing.assert_array_equal(expected, np.full((2, 3, 3, 1), 7))
    np.testing.assert_array_equal(kernels.affine_sample(images, matrices, (3, 3), fill, bilinear), expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_stays_in_native_code(monkeypatch: pytest.MonkeyPatch, dtype: type) -> None:
    monkeypatch.setattr("dlcli.kernels.reference.affine_sampling.np", None)  # the reference would fail
    matrices = np.tile(np.eye(2, 3, dtype=np.float32), (2, 1, 1))
    kernels.affine_sample(np.zeros((2, 4, 4, 3), dtype), matrices, (4, 4), np.zeros(3, np.float32), True)
