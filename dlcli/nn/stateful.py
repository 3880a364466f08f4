"""Layers that keep their state between batches, for truncated backpropagation through time."""

from __future__ import annotations

import numpy as np

from dlcli.nn.layer import Layer


class Stateful(Layer):
    """Base class of the layers with a hidden state.

    If `stateful` is true, `forward` starts from `hidden_states` and stores its final state there as plain arrays,
    through which no gradient flows.
    """

    stateful: bool = False

    #: states by name, (…, N, H), with the batch as the second to last axis; empty means zeros
    hidden_states: dict[str, np.ndarray] = {}  # noqa: RUF012  # replaced, never modified
