"""Evaluation mode of a model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from dlcli.autograd import no_grad
from dlcli.nn.graph import Graph


@contextmanager
def evaluation_mode(model: Graph, *, stateful: bool = False) -> Iterator[None]:
    """Put a model into evaluation mode without recording inside the `with` block.

    Args:
        model: Graph of the model, whose mode and hidden states are restored afterwards.
        stateful: Whether recurrent layers start each batch from the final state of the previous one.
    """
    was_training, hidden_states, was_stateful = model.training, model.hidden_states(), model.stateful
    model.eval()
    model.set_stateful(stateful)
    try:
        with no_grad(), np.errstate(all="ignore"):
            yield
    finally:
        model.train(was_training)
        model.set_stateful(was_stateful)
        model.set_hidden_states(hidden_states)
