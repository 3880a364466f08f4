"""How probable a language model finds a text."""

from __future__ import annotations

import numpy as np

from dlcli import kernels
from dlcli.nn import padding_mask


def token_nats(logits: np.ndarray, tokens: np.ndarray, lengths: np.ndarray | None = None) -> np.ndarray:
    """(N, T) −log p of each token that came; 0 where it is padded.

    Args:
        logits: (N, T, V) of the tokens that may come.
        tokens: (N, T) those that came.
        lengths: (N,) how many are real; None where all are.
    """
    losses, _ = kernels.softmax_cross_entropy(logits.reshape(-1, logits.shape[-1]), tokens.reshape(-1))
    nats: np.ndarray = losses.reshape(tokens.shape)
    mask = padding_mask(lengths, tokens.shape[1])
    return nats if mask is None else np.where(mask, nats, 0)
