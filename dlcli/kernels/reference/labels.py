"""Which labels are classes."""

from __future__ import annotations

import numpy as np


def check_labels(labels: np.ndarray, num_classes: int) -> np.ndarray:
    """The labels themselves, where each is a class; a negative index would silently count from the end.

    Raises:
        IndexError: a label is not from 0 to K − 1.
        TypeError: the labels are not integers.
    """
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels have the type {labels.dtype}; expected integers")
    outside = (labels < 0) | (labels >= num_classes)
    if outside.any():
        raise IndexError(
            f"{labels[outside][0]} is not a label of {num_classes} classes; expected 0 to {num_classes - 1}"
        )
    return labels
