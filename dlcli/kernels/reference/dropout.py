"""The mask of inverted dropout, from a counter-based generator.

Each number is a function of a 64-bit key and its own position, Philox4x32 of seven rounds (Salmon et al. 2011,
doi:10.1145/2063384.2063405), so that any part of a mask can be drawn by itself, in any order, to the same bits.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import DTypeLike

ROUNDS = 7
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
WORD = 0xFFFFFFFF
#: blocks of four words that lie together: their first words, then their second words …
GROUP = 16
#: values of the upper bits of a word that are compared with the rate
RESOLUTION = 2**24


def dropout_mask(shape: tuple[int, ...], rate: float, generator: np.random.Generator, dtype: DTypeLike) -> np.ndarray:
    """0 with probability `rate`, else `1 / (1 − rate)`, so that the expectation is 1; one draw makes the key."""
    # A single draw from the generator per mask: its state advances by the same amount whatever the size of the layer.
    words = philox_words(math.prod(shape), int(generator.bit_generator.random_raw()))
    # Compared as integers, so that no rounding decides and the native kernel keeps the same elements.
    kept = (words >> 8) >= math.ceil(rate * RESOLUTION)
    mask: np.ndarray = np.multiply(kept, 1 / (1 - rate), dtype=dtype)
    return mask.reshape(shape)


def philox_words(size: int, key: int) -> np.ndarray:
    """`size` random 32-bit words: word w of block 16 q + l is at 64 q + 16 w + l, blocks counted from 0."""
    counters: np.ndarray = np.arange(-(-size // (4 * GROUP)) * GROUP, dtype=np.uint64)
    first, second, third, fourth = counters & WORD, counters >> 32, np.zeros_like(counters), np.zeros_like(counters)
    low_key, high_key = key & WORD, key >> 32
    for _ in range(ROUNDS):
        # 32 × 32 -> 64 bits: the upper half mixes, the lower half makes the step invertible, so no two counters
        # collide.
        product, other = first * np.uint64(MULTIPLIERS[0]), third * np.uint64(MULTIPLIERS[1])
        first, second = (other >> 32) ^ second ^ np.uint64(low_key), other & WORD
        third, fourth = (product >> 32) ^ fourth ^ np.uint64(high_key), product & WORD
        low_key, high_key = (low_key + KEY_STEPS[0]) & WORD, (high_key + KEY_STEPS[1]) & WORD
    words = np.stack((first, second, third, fourth)).astype(np.uint32)  # (4, blocks)
    # The order in which vectors of the native kernel write the words without shuffling them.
    groups = words.reshape(4, -1, GROUP).transpose(1, 0, 2)  # -> (groups, 4, 16)
    return groups.reshape(-1)[:size]
