"""Sliding windows over the two image axes of (N, H, W, C): sizes, padding, and the slices under kernel positions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

#: (height, width)
Pair: TypeAlias = tuple[int, int]
#: padding ((top, bottom), (left, right)) of an image
Sides: TypeAlias = tuple[tuple[int, int], tuple[int, int]]


def output_size(
    size: tuple[int, ...], window: tuple[int, ...], stride: Pair, padding: Sides, dilation: Pair = (1, 1)
) -> tuple[int, int]:
    """Return the number of windows along both axes: `⌊(H + padding − dilation (f − 1) − 1) / stride⌋ + 1`, or 0."""
    height, width = (
        max(0, (size[axis] + sum(padding[axis]) - dilation[axis] * (window[axis] - 1) - 1) // stride[axis] + 1)
        for axis in (0, 1)
    )
    return height, width


def padded(x: np.ndarray, padding: Sides, value: float = 0.0) -> np.ndarray:
    """Pad images with `value`: (N, H, W, C) -> (N, top + H + bottom, left + W + right, C)."""
    if padding == ((0, 0), (0, 0)):
        return x
    return np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=value)


def window_slices(
    window: tuple[int, ...], size: tuple[int, ...], stride: Pair, dilation: Pair = (1, 1)
) -> Iterator[tuple[tuple[int, int], tuple[slice, ...]]]:
    """Yield each position (i, j) of the window and its slice (N, P, Q, C) of the padded images."""
    for i in range(window[0]):
        for j in range(window[1]):
            yield (
                (i, j),
                (
                    slice(None),
                    _every(i * dilation[0], size[0], stride[0]),
                    _every(j * dilation[1], size[1], stride[1]),
                ),
            )


def _every(start: int, count: int, step: int) -> slice:
    """Return a slice of `count` indices from `start` with a distance of `step`."""
    return slice(start, start + (count - 1) * step + 1 if count else start, step)
