"""Pictures mirrored and moved by whole pixels: nothing is blended, so pixels are copied."""

from __future__ import annotations

import numpy as np


def are_shifts(matrices: np.ndarray) -> bool:
    """Whether maps (N, 2, 3) from output to input positions only mirror, and move by whole pixels."""
    diagonal = matrices[:, (0, 1), (0, 1)]  # (N, 2)
    return bool(
        (np.abs(diagonal) == 1).all()
        and not matrices[:, (0, 1), (1, 0)].any()
        and (matrices[:, :, 2] == np.rint(matrices[:, :, 2])).all()
    )


def shift2d(images: np.ndarray, matrices: np.ndarray, size: tuple[int, int], fill: np.ndarray) -> np.ndarray:
    """The same as `resample2d` for maps that are shifts.

    Args:
        images: (N, H, W, C).
        matrices: (N, 2, 3).
        size: (h, w) of the output.
        fill: (C,) the color outside the pictures.

    Returns:
        (N, h, w, C) float32.
    """
    count, height, width, channels = images.shape
    padded = np.empty((count, height + 2, width + 2, channels), np.float32)
    padded[:, (0, -1)] = padded[:, 1:-1, (0, -1)] = fill
    padded[:, 1:-1, 1:-1] = images
    rows = _positions(matrices[:, 1, 1], matrices[:, 1, 2], height, size[0])
    columns = _positions(matrices[:, 0, 0], matrices[:, 0, 2], width, size[1])
    rows += np.arange(count)[:, np.newaxis] * (height + 2)  # in all the pictures, one below the other
    places = rows[:, :, np.newaxis] * (width + 2) + columns[:, np.newaxis]  # (N, h, w)
    shifted: np.ndarray = padded.reshape(-1, channels).take(places, axis=0)
    return shifted


def _positions(signs: np.ndarray, moves: np.ndarray, length: int, output_length: int) -> np.ndarray:
    """(N, output_length) where output position q is looked up along one axis: at `sign · q + move`, 1 more for the
    border; beyond the border at the border.
    """
    positions = signs.astype(np.intp)[:, np.newaxis] * np.arange(output_length) + moves.astype(np.intp)[:, np.newaxis]
    inside: np.ndarray = np.clip(positions, -1, length) + 1
    return inside
