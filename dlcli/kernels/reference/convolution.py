"""Two-dimensional convolution (cross-correlation) of images with channels last.

Every kernel position (i, j) reads one strided slice of the padded images, X_ij, with one pixel per output pixel. The
forward pass and both gradients are one matrix product per kernel position; g is the gradient of the results (`grad`).
Images are (N, H, W, C), filters (f_h, f_w, C/G, K) for G groups, results (N, P, Q, K) with
`P = ⌊(H + padding − dilation (f_h − 1) − 1) / stride⌋ + 1`, Q likewise. Output channel k belongs to group `⌊k G / K⌋`,
which reads the input channels of its own group only; G = C is depthwise.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlcli.kernels.reference.windows import Pair, Sides, output_size, padded, window_slices


def conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    stride: Pair = (1, 1),
    padding: Sides = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    groups: int = 1,
    relu: bool = False,
) -> np.ndarray:
    """Compute `Y = Σ_ij X_ij W_ij + b`, followed by `max(Y, 0)` if `relu`.

    (N, H, W, C), (f_h, f_w, C/G, K), (K,) or None -> (N, P, Q, K)
    """
    size = output_size(x.shape[1:3], weight.shape[:2], stride, padding, dilation)
    x = padded(x, padding)
    y: np.ndarray = np.zeros((len(x), *size, weight.shape[3]), x.dtype)
    # f_h f_w products of (N P Q, C) with (C, K) on strided views: no im2col matrix, which would be f_h f_w times as
    # large as the images.
    for position, window in _positions(weight, size, stride, dilation):
        y += _per_group(x[window], weight[position], groups)
    if bias is not None:
        y += bias
    return np.maximum(y, 0) if relu else y


def conv2d_grad_input(
    grad: np.ndarray,
    weight: np.ndarray,
    size: tuple[int, int],
    stride: Pair = (1, 1),
    padding: Sides = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> np.ndarray:
    """Compute the gradient of the images: `∂X_ij += g W_ijᵀ` for every kernel position.

    (N, P, Q, K), (f_h, f_w, C/G, K), (H, W) -> (N, H, W, C)
    """
    (top, bottom), (left, right) = padding
    height, width = size
    channels = weight.shape[2] * groups
    grad_x: np.ndarray = np.zeros((len(grad), top + height + bottom, left + width + right, channels), grad.dtype)
    # positions overlap, so their gradients are accumulated
    for position, window in _positions(weight, grad.shape[1:3], stride, dilation):
        grad_x[window] += _per_group(grad, _transposed(weight[position], groups), groups)
    return np.ascontiguousarray(grad_x[:, top : top + height, left : left + width])


def conv2d_grad_weight(
    x: np.ndarray,
    grad: np.ndarray,
    size: tuple[int, int],
    stride: Pair = (1, 1),
    padding: Sides = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    groups: int = 1,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Compute `∂W_ij = X_ijᵀ g`, summed over examples and output pixels; the result is written to `out` if given.

    (N, H, W, C), (N, P, Q, K), (f_h, f_w) -> (f_h, f_w, C/G, K)
    """
    x = padded(x, padding)
    if out is None:
        out = np.empty((*size, x.shape[3] // groups, grad.shape[3]), x.dtype)
    by_group = _split(grad, groups)  # (N, P, Q, K) -> (G, M, K/G)
    for position, window in _positions(out, grad.shape[1:3], stride, dilation):
        product = _split(x[window], groups).transpose(0, 2, 1) @ by_group  # (G, C/G, K/G)
        out[position] = product.transpose(1, 0, 2).reshape(out.shape[2:])
    return out


def conv2d_grad_bias(grad: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Compute `∂b = Σ g` over examples and output pixels, written to `out` if given: (N, P, Q, K) -> (K,)."""
    summed: np.ndarray = np.add.reduce(grad, axis=(0, 1, 2), out=out)
    return summed


def _positions(
    weight: np.ndarray, size: tuple[int, ...], stride: Pair, dilation: Pair
) -> Iterator[tuple[tuple[int, int], tuple[slice, ...]]]:
    """Yield each kernel position and the slice of the padded images that it reads."""
    return window_slices(weight.shape[:2], size, stride, dilation)


def _split(x: np.ndarray, groups: int) -> np.ndarray:
    """(N, P, Q, C) -> (G, N·P·Q, C/G)."""
    return x.reshape(-1, groups, x.shape[3] // groups).transpose(1, 0, 2)


def _per_group(x: np.ndarray, weight: np.ndarray, groups: int) -> np.ndarray:
    """Multiply the channels of each group by the matrix of the group: (N, P, Q, C), (C/G, K) -> (N, P, Q, K)."""
    if groups == 1:
        product: np.ndarray = x @ weight
        return product
    by_group = weight.reshape(len(weight), groups, -1).transpose(1, 0, 2)  # (C/G, K) -> (G, C/G, K/G)
    product = (_split(x, groups) @ by_group).transpose(1, 0, 2)  # (M, G, K/G)
    return product.reshape(*x.shape[:3], weight.shape[1])


def _transposed(weight: np.ndarray, groups: int) -> np.ndarray:
    """Transpose the matrix of each group: (C/G, K) -> (K/G, C)."""
    by_group = weight.reshape(len(weight), groups, -1)  # (C/G, G, K/G)
    return by_group.transpose(2, 1, 0).reshape(by_group.shape[2], -1)
