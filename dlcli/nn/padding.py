"""Which steps of padded sequences are real."""

from __future__ import annotations

import numpy as np


def padding_mask(lengths: np.ndarray | None, steps: int) -> np.ndarray | None:
    """(N, T) bool, False where a sequence is padded; None where none is.

    Args:
        lengths: (N,) how many steps of each sequence are real; None where all are.
        steps: T, those of the batch.
    """
    if lengths is None or (len(lengths) and lengths.min() >= steps):
        return None
    mask: np.ndarray = np.arange(steps) < lengths[:, None]
    return mask
