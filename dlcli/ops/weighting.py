"""Weights of the elements in a mean loss: an element of weight 0 has no effect, whatever its values are."""

from __future__ import annotations

import math

import numpy as np

from dlcli.autograd import Tensor
from dlcli.ops.shapes import scatter


def mean_scale(
    shape: tuple[int, ...], dtype: np.dtype, *weights: np.ndarray | None, divisor: float | None = None
) -> np.ndarray:
    """Return factors s such that `Σ s ℓ` is the weighted mean of losses ℓ: the product of the weights over its sum.

    Args:
        shape: Shape of the losses, (N, …).
        dtype: Data type of the factors.
        weights: Weights, each of shape (N,) or of leading axes of `shape`; None means 1.
        divisor: Divisor of the weighted sum; None for the sum of the weights, which gives a mean.

    Returns:
        Array of shape () without weights, else an array that broadcasts to `shape`; zeros if all weights are 0.
    """
    product = None
    for weight in weights:
        if weight is not None:
            weight = weight.astype(dtype, copy=False).reshape(weight.shape + (1,) * (len(shape) - weight.ndim))
            product = weight if product is None else product * weight
    if product is None:
        return np.asarray(1 / (divisor or math.prod(shape)), dtype)
    repeats = math.prod(shape) // product.size
    total = product.sum() * dtype.type(repeats) if divisor is None else dtype.type(divisor)
    return product / total if total else np.zeros_like(product)


def observed_targets(targets: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """Return targets with 0 in place of those of weight 0, which may be no target at all, such as an unknown class.

    Args:
        targets: Targets (N, …).
        weights: Weights (N,), or of more leading axes of the targets; None for 1.
    """
    if weights is None or weights.all():
        return targets
    shape = weights.shape + (1,) * (targets.ndim - weights.ndim)
    return np.where(weights.reshape(shape) != 0, targets, targets.dtype.type(0))


def observed(outputs: Tensor, targets: np.ndarray, weights: np.ndarray | None) -> tuple[Tensor, np.ndarray]:
    """Return outputs and targets with 0 in place of those of weight 0, which get no gradient.

    A loss that is composed of several functions calls it first: a product with a weight of 0 is NaN for NaN.

    Args:
        outputs: Outputs of the model, (N, …).
        targets: Targets, (N, …).
        weights: Weights (N,), or of more leading axes of outputs and targets; None for 1.
    """
    if weights is None or weights.all():
        return outputs, targets
    return scatter(outputs[weights != 0], weights != 0), observed_targets(targets, weights)


def cleared_where_zero(values: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return values with 0 where their factor is 0, since a product with 0 is NaN for infinite values and NaN.

    Args:
        values: Values (N, …).
        scale: Factors from `mean_scale`, which broadcast to the shape of the values.
    """
    if scale.ndim == 0 or scale.all():
        return values
    return np.where(scale != 0, values, values.dtype.type(0))
