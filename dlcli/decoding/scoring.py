"""Scoring of texts with a language model."""

from __future__ import annotations

import numpy as np

from dlcli import kernels
from dlcli.nn import padding_mask


def token_nats(logits: np.ndarray, tokens: np.ndarray, lengths: np.ndarray | None = None) -> np.ndarray:
    """Return −log p of each token, (N, T); 0 for padding.

    Args:
        logits: Logits of the tokens, (N, T, V).
        tokens: Actual tokens, (N, T).
        lengths: Number of tokens of each text without padding, (N,); None without padding.
    """
    mask = padding_mask(lengths, tokens.shape[1])
    real = tokens if mask is None else np.where(mask, tokens, 0)
    losses, _ = kernels.softmax_cross_entropy(logits.reshape(-1, logits.shape[-1]), real.reshape(-1))
    nats: np.ndarray = losses.reshape(tokens.shape)
    return nats if mask is None else np.where(mask, nats, 0)
