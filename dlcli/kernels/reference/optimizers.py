"""Optimizer steps on flat arrays, in place: parameters, their gradients and the optimizer state, all (P,).

Moving averages are stored as discounted sums, `s_t = β s_{t−1} + g_t`. The average of the literature,
`v_t = β v_{t−1} + (1 − β) g_t`, is `(1 − β) s_t`, and its bias-corrected form `v_t / (1 − β^t)` is `s_t / Σ_{i<t} β^i`.
The constant factor is combined with the learning rate, which saves a pass over the array. Scalars are combined in
double precision.

A step is computed block by block, so that all passes except the first find the block in the cache.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

#: bytes of an array per block: five blocks fill two thirds of a 1 MiB level-2 cache
BLOCK_BYTES = 128 * 1024


def sgd_update(parameters: np.ndarray, gradients: np.ndarray, *, learning_rate: float) -> None:
    """Gradient descent: `θ ← θ − α g`."""
    (rate,) = _scalars(parameters, learning_rate)
    for scratch, theta, grad in _blocks(parameters, gradients):
        np.multiply(grad, rate, scratch)
        np.subtract(theta, scratch, theta)


def momentum_update(
    parameters: np.ndarray,
    gradients: np.ndarray,
    velocity: np.ndarray,
    *,
    learning_rate: float,
    momentum: float,
    nesterov: bool = False,
) -> None:
    """Classical momentum (Polyak 1964), or Nesterov's in the form of Sutskever et al. (2013).

    `v ← μ v + g`, then `θ ← θ − α v`, with Nesterov `θ ← θ − α (g + μ v)`.
    """
    rate, mu = _scalars(parameters, learning_rate, momentum)
    for scratch, theta, grad, v in _blocks(parameters, gradients, velocity):
        np.multiply(v, mu, v)
        np.add(v, grad, v)
        if nesterov:
            np.multiply(v, mu, scratch)
            np.add(scratch, grad, scratch)
            np.multiply(scratch, rate, scratch)
        else:
            np.multiply(v, rate, scratch)
        np.subtract(theta, scratch, theta)


def adagrad_update(
    parameters: np.ndarray, gradients: np.ndarray, squares: np.ndarray, *, learning_rate: float, epsilon: float
) -> None:
    """Adagrad (Duchi et al. 2011): `s ← s + g²`, `θ ← θ − α g / (√s + ε)`."""
    rate, eps = _scalars(parameters, learning_rate, epsilon)
    for scratch, theta, grad, s in _blocks(parameters, gradients, squares):
        np.multiply(grad, grad, scratch)
        np.add(s, scratch, s)
        np.sqrt(s, scratch)
        np.add(scratch, eps, scratch)
        np.divide(grad, scratch, scratch)
        np.multiply(scratch, rate, scratch)
        np.subtract(theta, scratch, theta)


def rmsprop_update(
    parameters: np.ndarray,
    gradients: np.ndarray,
    squares: np.ndarray,
    *,
    learning_rate: float,
    beta: float,
    epsilon: float,
) -> None:
    """RMSProp (Hinton 2012): `s ← β s + (1 − β) g²`, `θ ← θ − α g / (√s + ε)`; `squares` contains `s / (1 − β)`."""
    root = math.sqrt(1 - beta)
    # The factor 1 − β is moved out of the root: α g / (√((1 − β) s) + ε) = α/√(1 − β) · g / (√s + ε/√(1 − β)).
    decay, rate, eps = _scalars(parameters, beta, learning_rate / root, epsilon / root)
    for scratch, theta, grad, s in _blocks(parameters, gradients, squares):
        np.multiply(grad, grad, scratch)
        np.multiply(s, decay, s)
        np.add(s, scratch, s)
        np.sqrt(s, scratch)
        np.add(scratch, eps, scratch)
        np.divide(grad, scratch, scratch)
        np.multiply(scratch, rate, scratch)
        np.subtract(theta, scratch, theta)


def centered_rmsprop_update(
    parameters: np.ndarray,
    gradients: np.ndarray,
    squares: np.ndarray,
    means: np.ndarray,
    *,
    learning_rate: float,
    beta: float,
    epsilon: float,
) -> None:
    """RMSProp that divides by the standard deviation of the gradient (Graves 2013): `s − m²` instead of `s`.

    `squares` contains `s / (1 − β)` and `means` `m / (1 − β)`. A variance that is negative by rounding counts as zero.
    """
    root = math.sqrt(1 - beta)
    decay, share, rate, eps = _scalars(parameters, beta, 1 - beta, learning_rate / root, epsilon / root)
    for scratch, theta, grad, s, m in _blocks(parameters, gradients, squares, means):
        np.multiply(m, decay, m)
        np.add(m, grad, m)
        np.multiply(grad, grad, scratch)
        np.multiply(s, decay, s)
        np.add(s, scratch, s)
        np.multiply(m, m, scratch)
        np.multiply(scratch, share, scratch)
        np.subtract(s, scratch, scratch)
        np.maximum(scratch, 0, out=scratch)
        np.sqrt(scratch, scratch)
        np.add(scratch, eps, scratch)
        np.divide(grad, scratch, scratch)
        np.multiply(scratch, rate, scratch)
        np.subtract(theta, scratch, theta)


def adam_update(
    parameters: np.ndarray,
    gradients: np.ndarray,
    first_moment: np.ndarray,
    second_moment: np.ndarray,
    *,
    learning_rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    step: int,
) -> None:
    """Adam (Kingma & Ba 2015): `θ ← θ − α m̂ / (√v̂ + ε)`, with `m̂ = m / (1 − β₁^t)` and `v̂ = v / (1 − β₂^t)`.

    `first_moment` contains the discounted sum `m / (1 − β₁)`, `second_moment` `v / (1 − β₂)`; `step` is t, from 1.
    """
    # The bias corrections are scalars, combined with the learning rate and ε to save a pass over m and v.
    first_weight = (1 - beta1**step) / (1 - beta1)  # Σ_{i<t} β₁^i
    root = math.sqrt((1 - beta2**step) / (1 - beta2))
    b1, b2, rate, eps = _scalars(parameters, beta1, beta2, learning_rate / first_weight * root, epsilon * root)
    for scratch, theta, grad, m, v in _blocks(parameters, gradients, first_moment, second_moment):
        np.multiply(m, b1, m)
        np.add(m, grad, m)
        np.multiply(grad, grad, scratch)
        np.multiply(v, b2, v)
        np.add(v, scratch, v)
        np.sqrt(v, scratch)
        np.add(scratch, eps, scratch)
        np.divide(m, scratch, scratch)
        np.multiply(scratch, rate, scratch)
        np.subtract(theta, scratch, theta)


def add_penalty_gradient(gradients: np.ndarray, weights: np.ndarray, *, l1: float, l2: float) -> None:
    """`g ← g + l1 · sign(w) + l2 · w`, the gradient of `l1 ‖w‖₁ + l2/2 ‖w‖²`."""
    sign_factor, weight_factor = _scalars(gradients, l1, l2)
    for scratch, grad, w in _blocks(gradients, weights):
        if l1:
            np.sign(w, scratch)
            np.multiply(scratch, sign_factor, scratch)
            np.add(grad, scratch, grad)
        if l2:
            np.multiply(w, weight_factor, scratch)
            np.add(grad, scratch, grad)


def discounted_sum_update(total: np.ndarray, values: np.ndarray, *, decay: float) -> None:
    """`s ← β s + x`."""
    (beta,) = _scalars(total, decay)
    for _, s, x in _blocks(total, values):
        np.multiply(s, beta, s)
        np.add(s, x, s)


def scale_update(values: np.ndarray, *, factor: float) -> None:
    """`x ← a x`."""
    values *= values.dtype.type(factor)


def clip_update(values: np.ndarray, *, limit: float) -> None:
    """`x ← min(max(x, −limit), limit)`; NaN stays NaN."""
    np.clip(values, -limit, limit, out=values)


def _scalars(like: np.ndarray, *numbers: float) -> Iterator[np.ndarray]:
    """Return numbers as 0-d arrays with the dtype of `like`; ufuncs process them twice as fast as Python floats."""
    return (np.array(number, like.dtype) for number in numbers)


def _blocks(*arrays: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """Yield scratch memory and the same block of every array, for one block after the other."""
    size = len(arrays[0])
    block = BLOCK_BYTES // arrays[0].itemsize
    # one block of scratch memory for all blocks: it stays in the cache, and no pass allocates memory
    scratch = np.empty(min(size, block), arrays[0].dtype)
    for start in range(0, size, block):
        stop = min(start + block, size)
        yield scratch[: stop - start], *(array[start:stop] for array in arrays)
