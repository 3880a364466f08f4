"""Pictures mirrored and moved by whole pixels: nothing is blended, so rows are copied as they are."""

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
    shifted = np.empty((count, *size, channels), np.float32)
    shifted[:] = fill
    columns = _overlaps(matrices[:, 0, 0], matrices[:, 0, 2], width, size[1])
    rows = _overlaps(matrices[:, 1, 1], matrices[:, 1, 2], height, size[0])
    for output, image, (to_rows, from_rows), (to_columns, from_columns) in zip(
        shifted, images, rows, columns, strict=True
    ):
        output[to_rows, to_columns] = image[from_rows, from_columns]
    return shifted


def _overlaps(signs: np.ndarray, moves: np.ndarray, length: int, output_length: int) -> list[tuple[slice, slice]]:
    """Along one axis, where output position q is input position `sign · q + move`: which part of the output is which
    part of the input.
    """
    overlaps = []
    for sign, move in zip(signs.astype(np.intp).tolist(), moves.astype(np.intp).tolist(), strict=True):
        first, last = (-move, length - 1 - move) if sign > 0 else (move - length + 1, move)
        start, stop = max(first, 0), min(last + 1, output_length)
        if start >= stop:
            overlaps.append((slice(0), slice(0)))
            continue
        source = sign * start + move
        end = source + sign * (stop - start)
        overlaps.append((slice(start, stop), slice(source, end if end >= 0 else None, sign)))
    return overlaps
