"""Images mirrored and moved by whole pixels: nothing is blended, so pixels are copied, and scaled on the way."""

from __future__ import annotations

import numpy as np


def shift2d(
    images: np.ndarray,
    rows: np.ndarray,
    matrices: np.ndarray,
    size: tuple[int, int],
    fill: np.ndarray,
    offset: np.ndarray,
    factor: np.ndarray,
) -> np.ndarray:
    """`(v − offset) · factor` of what `resample2d` reads from `images[rows]`, for maps that are shifts.

    matrices[n] is ((±1, 0, a), (0, ±1, b)) with whole a and b. Computed in single precision, every operation rounded by
    itself.

    images (M, H, W, C) of uint8 or float32, rows (N,), matrices (N, 2, 3), size (P, Q), fill, offset, factor (C,)
    -> (N, P, Q, C) of float32
    """
    _, height, width, channels = images.shape
    count = len(rows)
    padded = np.empty((count, height + 2, width + 2, channels), np.float32)
    padded[:, (0, -1)] = padded[:, 1:-1, (0, -1)] = fill
    padded[:, 1:-1, 1:-1] = images[rows]
    down = _positions(matrices[:, 1, 1], matrices[:, 1, 2], height, size[0])
    across = _positions(matrices[:, 0, 0], matrices[:, 0, 2], width, size[1])
    down += np.arange(count)[:, np.newaxis] * (height + 2)  # in all the images, one below the other
    places = down[:, :, np.newaxis] * (width + 2) + across[:, np.newaxis]  # (N, P, Q)
    shifted: np.ndarray = padded.reshape(-1, channels).take(places, axis=0)
    # (N, P, Q, C) -> (N, P, Q · C): long lines are worked on faster than short pixels
    lines = shifted.reshape(count, size[0], size[1] * channels)
    lines -= np.tile(offset.astype(np.float32), size[1])
    lines *= np.tile(factor.astype(np.float32), size[1])
    return shifted


def _positions(signs: np.ndarray, moves: np.ndarray, length: int, output_length: int) -> np.ndarray:
    """(N, output_length) where output position q is looked up along one axis: at `sign · q + move`, 1 more for the
    border; beyond the border at the border.
    """
    positions = signs.astype(np.intp)[:, np.newaxis] * np.arange(output_length) + moves.astype(np.intp)[:, np.newaxis]
    inside: np.ndarray = np.clip(positions, -1, length) + 1
    return inside
