"""Masks of inverted dropout, from a counter-based generator.

Each random number is a function of a 64-bit key and its position, Philox4x32 with seven rounds (Salmon et al. 2011,
doi:10.1145/2063384.2063405), so any part of a mask can be computed separately, in any order, with the same bits.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import DTypeLike

ROUNDS = 7
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
WORD = 0xFFFFFFFF
#: number of blocks of four words that are stored together: all first words, then all second words, …
GROUP = 16
#: number of values of the upper bits of a word, which are compared with the rate
RESOLUTION = 2**24


def dropout_mask(shape: tuple[int, ...], rate: float, generator: np.random.Generator, dtype: DTypeLike) -> np.ndarray:
    """Return a mask of 0 with probability `rate`, else `1 / (1 − rate)`, so that the expected value is 1."""
    # One draw from the generator is the key of a mask, so its state advances by the same amount for any layer size.
    words = philox_words(math.prod(shape), int(generator.bit_generator.random_raw()))
    # compared as integers, so that the native kernel keeps the same elements regardless of rounding
    is_kept = (words >> 8) >= math.ceil(rate * RESOLUTION)
    mask: np.ndarray = np.multiply(is_kept, 1 / (1 - rate), dtype=dtype)
    return mask.reshape(shape)


def philox_words(size: int, key: int) -> np.ndarray:
    """Return `size` random 32-bit words; word w of block 16 q + l has the index 64 q + 16 w + l."""
    counters: np.ndarray = np.arange(-(-size // (4 * GROUP)) * GROUP, dtype=np.uint64)
    first, second, third, fourth = counters & WORD, counters >> 32, np.zeros_like(counters), np.zeros_like(counters)
    low_key, high_key = key & WORD, key >> 32
    for _ in range(ROUNDS):
        # 32 × 32 -> 64 bits: the upper half mixes, the lower half makes the round invertible, so counters never collide
        product, other = first * np.uint64(MULTIPLIERS[0]), third * np.uint64(MULTIPLIERS[1])
        first, second = (other >> 32) ^ second ^ np.uint64(low_key), other & WORD
        third, fourth = (product >> 32) ^ fourth ^ np.uint64(high_key), product & WORD
        low_key, high_key = (low_key + KEY_STEPS[0]) & WORD, (high_key + KEY_STEPS[1]) & WORD
    words = np.stack((first, second, third, fourth)).astype(np.uint32)  # (4, blocks)
    # the order in which vector registers of the native kernel store the words without shuffles
    groups = words.reshape(4, -1, GROUP).transpose(1, 0, 2)  # -> (groups, 4, 16)
    return groups.reshape(-1)[:size]
