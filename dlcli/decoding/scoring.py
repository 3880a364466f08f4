"""How probable a language model finds a text."""

from __future__ import annotations

import numpy as np

from dlcli import kernels
from dlcli.data import Batch
from dlcli.nn import Graph


def token_nats(model: Graph, batch: Batch) -> np.ndarray:
    """(N, T) −log p of each token of a batch; 0 where it is padded.

    Args:
        model: of the next token, in evaluation mode.
        batch: tokens, and as targets the tokens that come next.
    """
    assert batch.targets is not None, "the next tokens are the targets"
    logits = model.forward(batch.inputs, batch.lengths).data  # (N, T, V)
    losses, _ = kernels.softmax_cross_entropy(logits.reshape(-1, logits.shape[-1]), batch.targets.reshape(-1))
    nats: np.ndarray = losses.reshape(batch.targets.shape)
    if batch.lengths is not None:
        nats[np.arange(nats.shape[1]) >= batch.lengths[:, None]] = 0
    return nats
