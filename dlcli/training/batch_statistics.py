"""What batch normalization needs of the batches of a training: enough values for a variance, statistics of them all.

A batch with one value per channel has the variance 0, so that its normalized values are 0 whatever the example is, and
its statistics spoil the moving averages. PyTorch refuses such a batch; here no training has one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from dlcli.autograd import no_grad
from dlcli.core import INPUT
from dlcli.data import Batch
from dlcli.nn import BatchNorm, Graph


def batch_norm_nodes(model: Graph) -> dict[str, BatchNorm]:
    """The layers that normalize by the statistics of batches in training, by node; frozen ones do not."""
    return {name: layer for name, layer in model.layers.items() if isinstance(layer, BatchNorm) and not layer.frozen}


def single_value_node(model: Graph, steps: int | None = None) -> str | None:
    """The first node of batch normalization that a batch of one example has one value per channel for; None for none.

    Args:
        model: with its frozen layers frozen.
        steps: of the example, where inputs are sequences of different lengths; None where every shape is known.
    """
    normalized = batch_norm_nodes(model)
    # timed: nodes whose first axis is time. Its length varies from batch to batch, so the shape that was inferred for
    # it does not count.
    timed = set() if steps is None else {INPUT}
    for node in model.nodes:
        source = node.inputs[0] if node.inputs else INPUT
        if source in timed and model.layers[node.name].preserves_time:
            timed.add(node.name)
        if node.name in normalized:
            axes = model.shapes[source][:-1]
            if math.prod((steps or 1, *axes[1:]) if source in timed else axes) == 1:
                return node.name
    return None


def estimate_statistics(model: Graph, batches: Iterable[Batch]) -> dict[str, np.ndarray]:
    """The statistics of batch normalization for the weights that the model has now, each the mean over the batches.

    As `torch.optim.swa_utils.update_bn` does (Izmailov et al. 2018, arXiv:1803.05407), in one forward pass in training
    mode. Afterwards the model has the statistics and the state over time that it had before; what its layers have drawn
    meanwhile is for the caller to undo.

    Args:
        model: in training mode.
        batches: of the training set, in the order of an epoch.

    Returns:
        The arrays by the names of the model's buffers.
    """
    normalized = batch_norm_nodes(model)
    names = [f"{node}.{name}" for node, layer in normalized.items() for name in layer.buffer_names]
    with _kept(model, names):
        for layer in normalized.values():
            layer.estimated_batches = 0
        try:
            with no_grad():
                # A stateful model reads the training set from its beginning, like an epoch.
                model.set_hidden_states({})
                for batch in batches:
                    model.set_hidden_states(model.hidden_states(), rows=len(batch))
                    model.outputs(batch.inputs, batch.lengths)
        finally:
            for layer in normalized.values():
                layer.estimated_batches = None
        buffers = model.buffers()
        return {name: buffers[name].copy() for name in names}


@contextmanager
def replaced_buffers(model: Graph, values: Mapping[str, np.ndarray]) -> Iterator[None]:
    """Within, some buffers of the model have other values."""
    with _kept(model, values):
        load_buffers(model, values)
        yield


def load_buffers(model: Graph, values: Mapping[str, np.ndarray]) -> None:
    """Copy values into buffers of the model."""
    buffers = model.buffers()
    for name, value in values.items():
        np.copyto(buffers[name], value)


@contextmanager
def _kept(model: Graph, names: Iterable[str]) -> Iterator[None]:
    """Afterwards, these buffers and the state over time are those of before."""
    buffers = model.buffers()
    # copies, since the layers change their buffers in place
    before, hidden_states = {name: buffers[name].copy() for name in names}, model.hidden_states()
    try:
        yield
    finally:
        load_buffers(model, before)
        model.set_hidden_states(hidden_states)
