"""Layers whose final state is where the next batch begins: truncated back-propagation through time."""

from __future__ import annotations

import numpy as np

from dlcli.nn.layer import Layer


class Stateful(Layer):
    """Base of layers with a state over time.

    While `stateful` is on, `forward` starts from `hidden_states` and leaves its final state there, as plain arrays,
    through which no gradient flows.
    """

    stateful: bool = False

    #: name of a state → (…, N, H) arrays with the rows of the batch in the last axis but one; empty at a beginning
    hidden_states: dict[str, np.ndarray] = {}  # noqa: RUF012  # replaced, never changed
