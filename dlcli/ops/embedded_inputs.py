"""Input of a recurrent layer over embedded tokens."""

from __future__ import annotations

import numpy as np

from dlcli.autograd import Tensor
from dlcli.ops.embedding import embedding
from dlcli.ops.linear import linear

#: number of tokens per row of the table from which the table is faster; measured: with four it takes 0.9 of the time,
#: with one 1.1
TOKENS_PER_ROW = 2


def embedded_inputs(
    tokens: Tensor | np.ndarray, weight: Tensor, input_weight: Tensor, *, padding_index: int | None = None
) -> tuple[Tensor | np.ndarray, Tensor]:
    """Return the first two arguments of `lstm`, `gru` or `rnn` for embedded tokens.

    Usage: `lstm(*embedded_inputs(i, E, W), U, b)`. The product `E[i] W` of a step is row i of the table `E W`. If the
    vocabulary is much smaller than the number of tokens in the batch, the table is computed once and the layer looks up
    its rows; likewise, the gradients of all steps are summed in its rows before they are multiplied by Wᵀ and Eᵀ. Both
    ways agree up to rounding.

    Args:
        tokens: Integers from 0 to V − 1, (N, T), also in the padding.
        weight: Weight of the embedding E, (V, D).
        input_weight: Input weight of the recurrent layer W, (D, C).
        padding_index: Row of E that gets no gradient; None if all rows do.

    Returns:
        The tokens and the table (V, C), or E[tokens] (N, T, D) and `input_weight`.

    Raises:
        IndexError: A token is out of range; raised at the latest when the layer looks it up.
    """
    indices = tokens.data if isinstance(tokens, Tensor) else tokens
    # Large vocabulary: most rows of the table would be computed in vain. (N, T) -> (N, T, D), multiplied step by step.
    if TOKENS_PER_ROW * len(weight.data) > indices.size:
        return embedding(weight, indices, padding_index=padding_index), input_weight
    # The embedding's backward drops the gradient of the padding row.
    if padding_index is not None:
        weight = embedding(weight, np.arange(len(weight.data)), padding_index=padding_index)
    # (V, D) @ (D, C) -> (V, C), once for all N T steps
    return indices, linear(weight, input_weight)
