"""Affine sampling of images: rotation, scaling, shear, translation, flips and crops.

Coordinates are in pixels, x to the right and y down; (0, 0) is the center of the first pixel.
"""

from __future__ import annotations

import numpy as np


def affine_sample(
    images: np.ndarray, matrices: np.ndarray, size: tuple[int, int], fill: np.ndarray, bilinear: bool
) -> np.ndarray:
    """Sample images: output pixel (p, q) of image n is image n at `(x, y) = matrices[n] · (q, p, 1)`.

    The result is the nearest pixel, with halves rounded up, or if `bilinear` an interpolation of the four pixels around
    the point. Pixels outside the image have the values `fill`. Each operation is rounded to float32 separately, so
    that the native kernel gives bit-identical results.

    images (N, H, W, C) of uint8 or float32, matrices (N, 2, 3), size (P, Q), fill (C,) -> (N, P, Q, C) of float32
    """
    matrices, fill = matrices.astype(np.float32), fill.astype(np.float32)
    # output to input coordinates, as `q a + p b + c` in the order in which the native kernel rounds
    down, across = (np.arange(count, dtype=np.float32) for count in size)
    # (N, 1, 1) times (Q,) and (P, 1) -> (N, P, Q)
    x, y = (
        matrices[:, axis, 0, None, None] * across
        + matrices[:, axis, 1, None, None] * down[:, None]
        + matrices[:, axis, 2, None, None]
        for axis in (0, 1)
    )
    if not bilinear:
        half = np.float32(0.5)
        return _pixels(images, np.floor(y + half), np.floor(x + half), fill)
    # for a point between four pixels, interpolate along both rows, then between the rows
    left, top = np.floor(x), np.floor(y)
    rightness, downness = (x - left)[..., None], (y - top)[..., None]
    rows = []
    for row in (top, top + 1):
        before, after = _pixels(images, row, left, fill), _pixels(images, row, left + 1, fill)
        rows.append(before + (after - before) * rightness)
    result: np.ndarray = rows[0] + (rows[1] - rows[0]) * downness
    return np.where(np.isfinite(x + y)[..., None], result, fill)


def _pixels(images: np.ndarray, rows: np.ndarray, columns: np.ndarray, fill: np.ndarray) -> np.ndarray:
    """Return the pixels at integer coordinates as float32: (N, P, Q) -> (N, P, Q, C)."""
    inside = (rows >= 0) & (rows < images.shape[1]) & (columns >= 0) & (columns < images.shape[2])
    if not inside.any():
        return np.broadcast_to(fill, (*inside.shape, images.shape[3])).copy()
    i, j = (np.where(inside, coordinates, 0).astype(np.intp) for coordinates in (rows, columns))
    values = images[np.arange(len(images))[:, None, None], i, j].astype(np.float32)
    return np.where(inside[..., None], values, fill)
