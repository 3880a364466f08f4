"""Check of class labels."""

from __future__ import annotations

import numpy as np


def check_labels(labels: np.ndarray, num_classes: int) -> np.ndarray:
    """Return the labels if all of them are classes; NumPy would accept negative ones as indices from the end.

    Raises:
        IndexError: A label is not from 0 to K − 1.
        TypeError: The labels are not integers.
    """
    if labels.dtype.kind not in "iu":
        raise TypeError(f"expected labels of an integer type, got {labels.dtype}")
    outside = (labels < 0) | (labels >= num_classes)
    if outside.any():
        raise IndexError(
            f"expected labels from 0 to {num_classes - 1} of {num_classes} classes, got {labels[outside][0]}"
        )
    return labels
