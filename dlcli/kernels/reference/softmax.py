"""Softmax over the last axis, its logarithm, and the fused cross-entropy.

The largest logit of each row is subtracted first, so no exponential overflows and no logarithm of 0 is computed. In
the formulas, g is `grad`, the gradient of the result.
"""

from __future__ import annotations

import numpy as np

from dlcli.kernels.reference.labels import check_labels


def softmax(x: np.ndarray) -> np.ndarray:
    """`exp(x_k) / Σ_j exp(x_j)` over the last axis."""
    exponentials = _exp_shifted(x)
    exponentials /= np.add.reduce(exponentials, axis=-1, keepdims=True)
    return exponentials


def softmax_backward(grad: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`y (g − Σ_k g_k y_k)`, from the result `y` of `softmax`."""
    grad_x: np.ndarray = grad * y
    grad_x -= y * np.add.reduce(grad_x, axis=-1, keepdims=True)
    return grad_x


def log_softmax(x: np.ndarray) -> np.ndarray:
    """`x_k − log Σ_j exp(x_j)` over the last axis."""
    shifted: np.ndarray = x - _largest(x)
    if not x.size:  # no axis to sum over, whose sum 0 has no logarithm
        return shifted
    shifted -= np.log(np.add.reduce(np.exp(shifted), axis=-1, keepdims=True))
    return shifted


def log_softmax_backward(grad: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`g − softmax(x) Σ_k g_k`, from the result `y` of `log_softmax`."""
    grad_x: np.ndarray = np.exp(y)
    grad_x *= np.add.reduce(grad, axis=-1, keepdims=True)
    np.subtract(grad, grad_x, out=grad_x)
    return grad_x


def softmax_cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute `−log softmax(z)_y` for each row, and the softmax.

    (N, K), (N,) -> (N,), (N, K)

    Raises:
        IndexError: A label is not from 0 to K − 1.
        TypeError: The labels are not integers.
    """
    check_labels(labels, logits.shape[-1])
    # exp overflows above 88 in float32; now the largest exponent is 0, and the sum at least 1
    shifted: np.ndarray = logits - _largest(logits)
    label_logits = shifted[np.arange(len(labels)), labels]
    probabilities: np.ndarray = np.exp(shifted, out=shifted)
    sums = np.add.reduce(probabilities, axis=-1, keepdims=True)
    probabilities /= sums
    losses: np.ndarray = np.log(sums[:, 0])
    # log Σ exp(z − max) − (z_y − max): the logit instead of the logarithm of a probability, which may have underflowed
    losses -= label_logits
    return losses, probabilities


def softmax_cross_entropy_backward(
    probabilities: np.ndarray, labels: np.ndarray, scale: np.ndarray | float
) -> np.ndarray:
    """Compute `scale_n (p_n − onehot(y_n))`: (N, K), (N,), (N,) or a scalar -> (N, K)."""
    per_row = np.asarray(scale, probabilities.dtype)
    grad: np.ndarray = probabilities * per_row[..., None]
    grad[np.arange(len(labels)), labels] -= per_row
    return grad


def _exp_shifted(x: np.ndarray) -> np.ndarray:
    """Return `exp(x − max x)` as a new array."""
    shifted: np.ndarray = x - _largest(x)
    np.exp(shifted, out=shifted)
    return shifted


def _largest(x: np.ndarray) -> np.ndarray:
    """Return `max_k x_k` over the last axis: (…, K) -> (…, 1); −∞ for an empty axis."""
    largest: np.ndarray = np.maximum.reduce(x, axis=-1, keepdims=True, initial=-np.inf)
    return largest
