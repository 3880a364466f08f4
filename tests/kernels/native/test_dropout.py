"""Masks of dropout: the same bits from both backends, and their randomness."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import kernels
from dlcli.kernels import reference

RATE = 0.3


def mask(function, shape, rate=RATE, seed=0) -> np.ndarray:
    return function(shape, rate, np.random.default_rng(seed), np.float32)


@pytest.mark.parametrize("shape", [(), (0,), (1,), (63,), (64,), (65,), (3, 50), (7, 11, 13), (100_001,)])
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.999])
def test_both_backends_draw_the_same_bits(shape: tuple[int, ...], rate: float) -> None:
    np.testing.assert_array_equal(
        mask(kernels.dropout_mask, shape, rate), mask(reference.dropout.dropout_mask, shape, rate)
    )


def test_both_backends_leave_the_generator_in_the_same_state() -> None:
    native, twin = np.random.default_rng(5), np.random.default_rng(5)
    kernels.dropout_mask((100,), RATE, native, np.float32)
    reference.dropout.dropout_mask((100,), RATE, twin, np.float32)
    assert native.bit_generator.state == twin.bit_generator.state


def test_a_long_mask_begins_like_a_short_one() -> None:
    np.testing.assert_array_equal(mask(kernels.dropout_mask, (1000,))[:130], mask(kernels.dropout_mask, (130,)))


def test_share_of_dropped_elements() -> None:
    dropped = mask(kernels.dropout_mask, (1_000_000,)) == 0
    assert abs(dropped.mean() - RATE) < 5 * np.sqrt(RATE * (1 - RATE) / dropped.size)


def test_neighbors_and_calls_are_independent() -> None:
    first, second = (mask(kernels.dropout_mask, (1_000_000,), seed=seed) == 0 for seed in (0, 1))
    for other in (second, *(np.roll(first, shift) for shift in (1, 4, 16, 64))):
        assert abs(np.corrcoef(first, other)[0, 1]) < 5e-3  # five standard deviations of 1/√n


def test_philox_known_answer() -> None:
    """philox4x32 of 7 rounds, counter and key 0: the first vector of Random123's kat_vectors."""
    words = reference.dropout.philox_words(64, 0)
    assert [hex(word) for word in words[::16]] == ["0x5f6fb709", "0xd893f64", "0x4f121f81", "0x4f730a48"]
