"""L1 and L2 regularization: the penalty `λ₁/m ‖w‖₁ + λ₂/2m ‖w‖²`, where m is the number of training examples.

Only weights are penalized, not biases or the parameters of normalization layers.
"""

from __future__ import annotations

import math

import numpy as np

from dlcli import kernels
from dlcli.nn import Arena

#: weights of at most this magnitude count as zero: gradient steps bring a weight near zero, but rarely exactly to it
NEAR_ZERO = 1e-3


def penalty(arena: Arena, l1: float, l2: float, examples: int) -> float:
    """Return the penalty that is added to the loss.

    Args:
        arena: Parameters of the model.
        l1: Coefficient of the L1 norm, λ₁.
        l2: Coefficient of the squared L2 norm, λ₂.
        examples: Number of training examples, m.
    """
    weights = arena.data[arena.decayed]
    absolute = float(np.abs(weights).sum(dtype=np.float64)) if l1 else 0.0
    square = kernels.l2_norm(weights) ** 2 if l2 else 0.0
    return (l1 * absolute + l2 / 2 * square) / examples


def add_penalty_gradient(arena: Arena, l1: float, l2: float, examples: int) -> None:
    """Add the gradient of `penalty`, `λ₁/m sign(w) + λ₂/m w`, to the arena's gradients."""
    kernels.add_penalty_gradient(
        arena.grad[arena.decayed], arena.data[arena.decayed], l1=l1 / examples, l2=l2 / examples
    )


def sparsity(arena: Arena, threshold: float = NEAR_ZERO) -> float:
    """Return the fraction of weights with `|w| ≤ threshold`, which L1 increases; NaN for a model without weights."""
    weights = arena.data[arena.decayed]
    return float(np.mean(np.abs(weights) <= threshold)) if len(weights) else math.nan
