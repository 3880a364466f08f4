"""Batch normalization in training: batches that are large enough, and statistics for averaged weights.

If a batch has one value per channel, the variance is 0, the normalized values are 0 for any example, and the statistics
corrupt the moving averages. PyTorch raises an error for such a batch; `batch_order` never yields one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from dlcli.autograd import no_grad
from dlcli.data import Batch
from dlcli.nn import BatchNorm, Graph


def batch_norm_nodes(model: Graph) -> dict[str, BatchNorm]:
    """Return the layers that normalize by batch statistics in training, by node; frozen layers do not."""
    return {name: layer for name, layer in model.layers.items() if isinstance(layer, BatchNorm) and not layer.frozen}


def single_value_node(model: Graph, steps: int | None = None) -> str | None:
    """Return the first batch_norm node that gets one value per channel from a batch of one example; None if none does.

    Args:
        model: Model with its frozen layers.
        steps: Number of time steps of the example if inputs are sequences of different lengths; None if all shapes are
            fixed.
    """
    normalized = batch_norm_nodes(model)
    for node in model.nodes:
        if node.name not in normalized:
            continue
        source = node.inputs[0]
        axes = model.shapes[source][:-1]
        # The first axis is time: its length varies from batch to batch, so the inferred length is not used.
        is_timed = steps is not None and model.time_axes[source] is not None
        if math.prod((steps or 1, *axes[1:]) if is_timed else axes) == 1:
            return node.name
    return None


def estimate_statistics(model: Graph, batches: Iterable[Batch]) -> dict[str, np.ndarray]:
    """Estimate the batch normalization statistics for the current weights as means over the batches.

    One forward pass in training mode, like `torch.optim.swa_utils.update_bn` (Izmailov et al. 2018, arXiv:1803.05407).
    The buffers and hidden states of the model are restored afterwards. The random generators that its layers draw from
    are not; the caller restores them.

    Args:
        model: Model in training mode.
        batches: Batches of the training set, in the order of an epoch.

    Returns:
        Estimated arrays by the names of the model's buffers.
    """
    normalized = batch_norm_nodes(model)
    names = [f"{node}.{name}" for node, layer in normalized.items() for name in layer.buffer_names]
    with _restored_afterwards(model, names):
        for layer in normalized.values():
            layer.estimated_batches = 0
        try:
            with no_grad():
                # a stateful model reads the training set from its beginning, as in an epoch
                model.set_hidden_states({})
                for batch in batches:
                    model.set_hidden_states(model.hidden_states(), rows=len(batch))
                    model.compute(batch.inputs, batch.lengths)
        finally:
            for layer in normalized.values():
                layer.estimated_batches = None
        buffers = model.buffers()
        return {name: buffers[name].copy() for name in names}


@contextmanager
def replaced_buffers(model: Graph, values: Mapping[str, np.ndarray]) -> Iterator[None]:
    """Give some buffers of the model other values while the block runs."""
    with _restored_afterwards(model, values):
        load_buffers(model, values)
        yield


def load_buffers(model: Graph, values: Mapping[str, np.ndarray]) -> None:
    """Copy values into buffers of the model."""
    buffers = model.buffers()
    for name, value in values.items():
        np.copyto(buffers[name], value)


@contextmanager
def _restored_afterwards(model: Graph, names: Iterable[str]) -> Iterator[None]:
    """Restore these buffers and the hidden states of the model after the block."""
    buffers = model.buffers()
    # copies, since the layers change their buffers in place
    before, hidden_states = {name: buffers[name].copy() for name in names}, model.hidden_states()
    try:
        yield
    finally:
        load_buffers(model, before)
        model.set_hidden_states(hidden_states)
