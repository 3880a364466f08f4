"""Pooling of images with channels last: the maximum or average of each window, channel by channel.

Images are (N, H, W, C), results (N, P, Q, C); g is the gradient of the results (`grad`). Padding is ignored: a maximum
is over the pixels inside the image, and an average is divided by their number (`count_include_pad=False` in PyTorch),
so that a constant image stays constant. Padding must be smaller than the window, so that every window contains a
pixel of the image.
"""

from __future__ import annotations

import numpy as np

from dlcli.kernels.reference.windows import Pair, Sides, output_size, padded, window_slices


def max_pool2d(
    x: np.ndarray, window: Pair, stride: Pair, padding: Sides = ((0, 0), (0, 0))
) -> tuple[np.ndarray, np.ndarray]:
    """Compute `max_ij X_ij` and the index `i f_w + j` of the first maximum in the window.

    (N, H, W, C) -> y (N, P, Q, C), argmax (N, P, Q, C) of the smallest sufficient unsigned integer type
    """
    size = output_size(x.shape[1:3], window, stride, padding)
    inside = padded(np.ones((1, *x.shape[1:3], 1), bool), padding)
    x = padded(x, padding, -np.inf)
    values = np.stack([x[pixels] for _, pixels in window_slices(window, size, stride)])  # (f_h f_w, N, P, Q, C)
    argmax = values.argmax(axis=0)
    y: np.ndarray = np.take_along_axis(values, argmax[np.newaxis], axis=0)[0]
    # if all pixels are −∞, they equal the padding: the argmax is then the first pixel inside the image
    inside = np.stack([inside[pixels] for _, pixels in window_slices(window, size, stride)])  # (f_h f_w, 1, P, Q, 1)
    first = inside.argmax(axis=0)  # (1, P, Q, 1)
    argmax = np.where(y == -np.inf, first, argmax)
    return y, argmax.astype(np.min_scalar_type(window[0] * window[1] - 1))


def max_pool2d_backward(
    grad: np.ndarray,
    argmax: np.ndarray,
    size: tuple[int, int],
    window: Pair,
    stride: Pair,
    padding: Sides = ((0, 0), (0, 0)),
) -> np.ndarray:
    """Compute `∂X_ij += g` where position (i, j) has the maximum.

    (N, P, Q, C), (N, P, Q, C), (H, W) -> (N, H, W, C)
    """
    grad_x = _padded_zeros(grad, size, padding)
    for (i, j), pixels in window_slices(window, grad.shape[1:3], stride):
        grad_x[pixels] += grad * (argmax == i * window[1] + j)
    return _inside(grad_x, size, padding)


def average_pool2d(x: np.ndarray, window: Pair, stride: Pair, padding: Sides = ((0, 0), (0, 0))) -> np.ndarray:
    """Compute `Σ_ij X_ij / count`, where count is the number of pixels of the window inside the image.

    (N, H, W, C) -> (N, P, Q, C)
    """
    counts = _counts(x.shape[1:3], window, stride, padding, x.dtype)
    x = padded(x, padding)
    total: np.ndarray = np.zeros((len(x), *counts.shape[:2], x.shape[3]), x.dtype)
    for _, pixels in window_slices(window, total.shape[1:3], stride):
        total += x[pixels]
    total /= counts
    return total


def average_pool2d_backward(
    grad: np.ndarray, size: tuple[int, int], window: Pair, stride: Pair, padding: Sides = ((0, 0), (0, 0))
) -> np.ndarray:
    """Compute `∂X_ij += g / count`: (N, P, Q, C), (H, W) -> (N, H, W, C)."""
    share = grad / _counts(size, window, stride, padding, grad.dtype)
    grad_x = _padded_zeros(grad, size, padding)
    for _, pixels in window_slices(window, grad.shape[1:3], stride):
        grad_x[pixels] += share
    return _inside(grad_x, size, padding)


def global_average_pool2d(x: np.ndarray) -> np.ndarray:
    """Compute the average of each channel over the image: (N, H, W, C) -> (N, C)."""
    y: np.ndarray = np.add.reduce(x, axis=(1, 2)) / x.dtype.type(x.shape[1] * x.shape[2])
    return y


def global_average_pool2d_backward(grad: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Compute `∂x = g / (H W)` for every pixel: (N, C), (H, W) -> (N, H, W, C)."""
    height, width = size
    share = grad / grad.dtype.type(height * width)
    grad_x: np.ndarray = np.empty((len(grad), height, width, grad.shape[1]), grad.dtype)
    grad_x[:] = share[:, np.newaxis, np.newaxis]
    return grad_x


def _counts(
    size: tuple[int, ...], window: Pair, stride: Pair, padding: Sides, dtype: np.dtype[np.floating]
) -> np.ndarray:
    """Return the number of pixels of each window inside the image: (P, Q, 1)."""
    inside = padded(np.ones((1, *size, 1), dtype), padding)
    fit = output_size(size, window, stride, padding)
    counts: np.ndarray = np.zeros((1, *fit, 1), dtype)
    for _, pixels in window_slices(window, fit, stride):
        counts += inside[pixels]
    return counts.reshape(*fit, 1)


def _padded_zeros(grad: np.ndarray, size: tuple[int, int], padding: Sides) -> np.ndarray:
    """Return zeros with the shape of the padded images."""
    return padded(np.zeros((len(grad), *size, grad.shape[3]), grad.dtype), padding)


def _inside(x: np.ndarray, size: tuple[int, int], padding: Sides) -> np.ndarray:
    """Return the padded images without their padding."""
    (top, _), (left, _) = padding
    return np.ascontiguousarray(x[:, top : top + size[0], left : left + size[1]])
