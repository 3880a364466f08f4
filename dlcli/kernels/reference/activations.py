"""Elementwise activations: each forward beside the backward that gives `grad · f′`."""

from __future__ import annotations

import numpy as np


def relu(x: np.ndarray) -> np.ndarray:
    """`max(x, 0)`."""
    y: np.ndarray = np.maximum(x, 0)
    return y


def relu_backward(grad: np.ndarray, y: np.ndarray) -> np.ndarray:
    """From the result `y` of `relu`."""
    return grad * (y > 0)
