"""Pictures drawn anew with their pixels elsewhere."""

from __future__ import annotations

import numpy as np


def resample2d(
    images: np.ndarray, matrices: np.ndarray, size: tuple[int, int], fill: np.ndarray, bilinear: bool
) -> np.ndarray:
    """Each output pixel is looked up where its matrix says; outside a picture everything has the color `fill`.

    Args:
        images: (N, H, W, C) uint8 or float32.
        matrices: (N, 2, 3) float32; output pixel (x, y, 1) is input position (x, y). Pixels are at whole positions.
        size: (h, w) of the output.
        fill: (C,).
        bilinear: weigh the four pixels around a position; otherwise take the nearest one.

    Returns:
        (N, h, w, C) float32.
    """
    count, height, width, channels = images.shape
    padded = np.empty((count, height + 2, width + 2, channels), np.float32)
    padded[:] = fill
    padded[:, 1:-1, 1:-1] = images
    pixels = padded.reshape(-1, channels)
    pixel_x, pixel_y = np.arange(size[1], dtype=np.float32), np.arange(size[0], dtype=np.float32)[:, np.newaxis]
    m = matrices.astype(np.float32, copy=False)[:, :, :, np.newaxis, np.newaxis]  # (N, 2, 3, 1, 1)
    # (N, h, w), in the padded picture; further out nothing changes any more
    x = np.clip(m[:, 0, 0] * pixel_x + m[:, 0, 1] * pixel_y + m[:, 0, 2], -1, width) + 1
    y = np.clip(m[:, 1, 0] * pixel_x + m[:, 1, 1] * pixel_y + m[:, 1, 2], -1, height) + 1
    first = np.arange(count)[:, np.newaxis, np.newaxis] * (height + 2) * (width + 2)

    def at(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """(N, h, w, C) of the pixels at whole positions."""
        found: np.ndarray = pixels.take(first + rows * (width + 2) + columns, axis=0)
        return found

    if not bilinear:
        return at(np.floor(y + 0.5).astype(np.intp), np.floor(x + 0.5).astype(np.intp))
    left, top = np.minimum(np.floor(x), width), np.minimum(np.floor(y), height)
    weight_x, weight_y = (x - left)[..., np.newaxis], (y - top)[..., np.newaxis]
    left, top = left.astype(np.intp), top.astype(np.intp)
    upper = at(top, left) * (1 - weight_x) + at(top, left + 1) * weight_x
    lower = at(top + 1, left) * (1 - weight_x) + at(top + 1, left + 1) * weight_x
    blended: np.ndarray = upper * (1 - weight_y) + lower * weight_y
    return blended
