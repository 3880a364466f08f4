"""Colors of the figures, and color maps."""

from __future__ import annotations

import numpy as np

#: Two colors of the palette of Okabe & Ito, distinct for every kind of color vision and in grayscale.
BLUE, VERMILION = "#0072B2", "#D55E00"
#: Colors of Okabe & Ito for several lines, from the most to the least distinct.
LINES = (BLUE, VERMILION, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333")
INK, GRAY, GRID = "#333333", "#6B6B6B", "#E4E4E4"


def rgb(color: str) -> np.ndarray:
    """Convert a color such as `#0072B2` to RGB values (3,), float64 from 0 to 255."""
    parts: np.ndarray = np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)], np.float64)
    return parts


def shaded(share: np.ndarray, color: str) -> np.ndarray:
    """Map shares (…,) from 0 to 1 to colors (…, 3), uint8 from white to a color."""
    mixed: np.ndarray = 255 + np.clip(share, 0, 1)[..., np.newaxis] * (rgb(color) - 255)
    return mixed.round().astype(np.uint8)


def signed(values: np.ndarray, limit: float) -> np.ndarray:
    """Map values (…,) to colors (…, 3), uint8: negative blue, 0 white, positive orange, full color at ±limit."""
    share = values / (limit or 1.0)
    return np.where((values < 0)[..., np.newaxis], shaded(-share, BLUE), shaded(share, VERMILION))


def photograph(pixels: np.ndarray) -> np.ndarray:
    """Scale images (…, H, W, 1 or 3) of any range to (…, H, W, 3), uint8, with one scale for all.

    Black is 0, or the minimum if negative. White is 1 for values up to 1, 255 for bytes, and the maximum otherwise.
    """
    low, high = min(float(pixels.min()), 0.0), float(pixels.max())
    white = 1.0 if high <= 1 else 255.0 if 64 < high <= 255 else high
    scaled = np.clip((pixels - low) / ((white - low) or 1.0), 0, 1) * 255
    return np.broadcast_to(scaled.round().astype(np.uint8), (*pixels.shape[:-1], 3))
