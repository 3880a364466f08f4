"""A model as it is judged and used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from dlcli.autograd import no_grad
from dlcli.nn.graph import Graph


@contextmanager
def evaluation_mode(model: Graph, *, stateful: bool = False) -> Iterator[None]:
    """Within, the model behaves as in evaluation and nothing is recorded for a backward pass.

    Args:
        model: afterwards in the mode it was in, with the states over time that it had.
        stateful: whether recurrent layers begin each batch where the one before it ended.
    """
    was_training, hidden_states, carried_on = model.training, model.hidden_states(), model.stateful
    model.eval()
    model.set_stateful(stateful)
    try:
        with no_grad(), np.errstate(all="ignore"):
            yield
    finally:
        model.train(was_training)
        model.set_stateful(carried_on)
        model.set_hidden_states(hidden_states)
