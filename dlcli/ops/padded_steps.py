"""Values at the padded steps of sequences."""

from __future__ import annotations

import numpy as np


def cleared(x: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Return sequences of vectors with zeros at padded steps; tokens and sequences without padding as they are.

    A product with a gradient of 0 is 0 only for finite values. With zeros, whatever a layer leaves at padded steps has
    no effect on sums over all steps, such as the gradients of weights.

    Args:
        x: Sequences (N, T, D), or tokens (N, T).
        mask: False for padded steps, (N, T); None without padding.
    """
    if mask is None or x.dtype.kind != "f":
        return x
    clean = x.copy()
    clean[~mask.astype(bool, copy=False)] = 0
    return clean
