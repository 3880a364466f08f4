"""Crops and flips of images on the pixel grid (no interpolation), fused with normalization."""

from __future__ import annotations

import numpy as np


def crop_and_flip(
    images: np.ndarray,
    rows: np.ndarray,
    matrices: np.ndarray,
    size: tuple[int, int],
    fill: np.ndarray,
    offset: np.ndarray,
    factor: np.ndarray,
) -> np.ndarray:
    """Crop or flip images, then normalize them: `(affine_sample(images[rows], …) − offset) · factor`.

    Every matrix must have the form ((±1, 0, a), (0, ±1, b)) with integers a and b. Each operation is rounded to float32
    separately, so that the native kernel gives bit-identical results.

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
    down += np.arange(count)[:, np.newaxis] * (height + 2)  # rows of the padded images, stacked into one tall image
    indices = down[:, :, np.newaxis] * (width + 2) + across[:, np.newaxis]  # (N, P, Q)
    shifted: np.ndarray = padded.reshape(-1, channels).take(indices, axis=0)
    # (N, P, Q, C) -> (N, P, Q · C): NumPy is faster on a long last axis than on the few channels of a pixel
    lines = shifted.reshape(count, size[0], size[1] * channels)
    lines -= np.tile(offset.astype(np.float32), size[1])
    lines *= np.tile(factor.astype(np.float32), size[1])
    return shifted


def _positions(signs: np.ndarray, moves: np.ndarray, length: int, output_length: int) -> np.ndarray:
    """Return the input positions along one axis, `sign · q + move`, plus 1 for the border of fill values.

    Positions beyond the border are clipped to it: (N,), (N,) -> (N, output_length).
    """
    positions = signs.astype(np.intp)[:, np.newaxis] * np.arange(output_length) + moves.astype(np.intp)[:, np.newaxis]
    inside: np.ndarray = np.clip(positions, -1, length) + 1
    return inside
