"""Elementwise losses and their derivatives; targets have the shape of the predictions."""

from __future__ import annotations

import numpy as np

from dlcli.kernels.reference.activations import sigmoid


def binary_cross_entropy(logits: np.ndarray, targets: np.ndarray, positive_weight: float) -> np.ndarray:
    """Compute `p y softplus(−z) + (1 − y) softplus(z)`, with the softplus split to avoid cancellation."""
    positive = positive_weight * targets
    negative = 1 - targets
    # softplus(±z) = max(±z, 0) + log(1 + exp(−|z|)), whose second term is between 0 and log 2 for any z
    losses: np.ndarray = positive * np.maximum(-logits, 0) + negative * np.maximum(logits, 0)
    losses += (positive + negative) * np.log1p(np.exp(-np.abs(logits)))
    return losses


def binary_cross_entropy_backward(logits: np.ndarray, targets: np.ndarray, positive_weight: float) -> np.ndarray:
    """`σ(z) (p y + 1 − y) − p y`, which is `σ(z) − y` for p = 1."""
    positive = positive_weight * targets
    grad_logits: np.ndarray = sigmoid(logits) * (positive + (1 - targets)) - positive
    return grad_logits


def huber(residuals: np.ndarray, delta: float) -> np.ndarray:
    """`r²/2` where |r| ≤ δ, else `δ (|r| − δ/2)`."""
    clipped = np.clip(residuals, -delta, delta)
    losses: np.ndarray = clipped * (residuals - 0.5 * clipped)
    return losses


def huber_backward(residuals: np.ndarray, delta: float) -> np.ndarray:
    """`r` clipped to [−δ, δ]."""
    clipped: np.ndarray = np.clip(residuals, -delta, delta)
    return clipped
