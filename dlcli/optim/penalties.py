"""L1 and L2 regularization: the cost grows by `λ₁/m ‖w‖₁ + λ₂/2m ‖w‖²`, m the number of training examples.

Weights only: biases and normalization parameters are left alone.
"""

from __future__ import annotations

import math

import numpy as np

from dlcli import kernels
from dlcli.nn import Arena

#: a weight of at most this size counts as zero: gradient steps bring a weight near zero, hardly ever onto it
NEAR_ZERO = 1e-3


def penalty(arena: Arena, l1: float, l2: float, examples: int) -> float:
    """What the penalties add to the cost.

    Args:
        arena: the model's parameters.
        l1: λ₁.
        l2: λ₂.
        examples: m, the size of the training set.
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
    """The share of weights with `|w| ≤ threshold`: what L1 is for; NaN for a model without weights."""
    weights = arena.data[arena.decayed]
    return float(np.mean(np.abs(weights) <= threshold)) if len(weights) else math.nan
