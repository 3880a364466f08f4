"""Order of the mini-batches of a training set."""

from __future__ import annotations

import numpy as np

from dlcli.core import ConfigError, under
from dlcli.data import BatchOrder, BucketedBatches, SequenceSource, ShuffledBatches, Split, StreamBatches
from dlcli.nn import Graph
from dlcli.settings import TrainingSettings
from dlcli.training.batch_statistics import single_value_node


def batch_order(train: Split, settings: TrainingSettings, seed: int, *, model: Graph) -> BatchOrder:
    """Return the batch order: shuffled, bucketed by length for sequences, or consecutive windows of one long text.

    No batch has only one value per channel for batch normalization. If the last batch would have one, it is merged
    with the batch before it; in a stream of windows, where row i of a batch continues row i of the batch before, it is
    left out.

    Args:
        train: Training set.
        settings: Settings of the training.
        seed: Seed of the experiment.
        model: Model to train.

    Raises:
        ConfigError: Training is stateful and the examples are not consecutive, no batch is left, or every batch has
            one value per channel for batch normalization.
    """
    sequences = train.inputs if isinstance(train.inputs, SequenceSource) else None
    if settings.stateful:
        if sequences is None or not sequences.continuous:
            message = "needs consecutive windows of one long text, to pass the hidden state on; got separate examples"
            raise ConfigError(message, code="not_applicable", key="settings.stateful")
        return _stream_order(sequences, settings, model)
    node = single_value_node(model, None if sequences is None else int(sequences.lengths.min()))
    smallest_batch = 1 if node is None else 2
    if node is not None and (settings.batch_size == 1 or len(train) == 1):
        raise _single_value_error(node, settings, len(train))
    if sequences is not None and not sequences.continuous and settings.shuffle:
        return BucketedBatches(
            sequences.lengths,
            batch_size=settings.batch_size,
            seed=seed,
            drop_last=settings.drop_last,
            smallest_batch=smallest_batch,
        )
    with under("settings"):
        return ShuffledBatches(
            len(train),
            batch_size=settings.batch_size,
            seed=seed,
            shuffle=settings.shuffle,
            drop_last=settings.drop_last,
            smallest_batch=smallest_batch,
        )


def _stream_order(sequences: SequenceSource, settings: TrainingSettings, model: Graph) -> BatchOrder:
    """Return the order of the windows of one sequence; its batches are the same in every epoch."""
    order = StreamBatches(len(sequences), batch_size=settings.batch_size)
    node = single_value_node(model, 1)
    if node is None:
        return order
    last = order.indices(0, len(order) - 1)
    # Windows that are the only row of their batch. They are too small if they have one step, or if the normalized
    # shape has one value however many steps there are.
    single_row = order.order(0) if order.batch_size == 1 else last if len(last) == 1 else last[:0]
    too_small = single_row if single_value_node(model, 2) else single_row[sequences.lengths[single_row] == 1]
    if not len(too_small):
        return order
    if len(order) == 1 or not np.array_equal(too_small, last):
        raise _single_value_error(node, settings, len(sequences))
    return StreamBatches(len(sequences), batch_size=settings.batch_size, drop_last=True)


def _single_value_error(node: str, settings: TrainingSettings, examples: int) -> ConfigError:
    source = "a training set of one example" if examples == 1 else f"batches of {settings.batch_size}"
    message = (
        f"{node} would normalize one value per channel, which has no variance, with {source}; expected a batch_size of "
        "at least 2, or a model without batch_norm"
    )
    return ConfigError(message, key="settings.batch_size")
