"""Mask of padded sequences."""

from __future__ import annotations

import numpy as np


def padding_mask(lengths: np.ndarray | None, steps: int) -> np.ndarray | None:
    """Return a mask (N, T) that is False for padded steps; None without padding.

    Args:
        lengths: Number of steps of each sequence without padding, (N,); None without padding.
        steps: Number of steps of the batch, T.
    """
    if lengths is None or (len(lengths) and lengths.min() >= steps):
        return None
    mask: np.ndarray = np.arange(steps) < lengths[:, None]
    return mask
