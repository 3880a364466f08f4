"""The order in which a training set is visited."""

from __future__ import annotations

import numpy as np

from dlcli.core import ConfigError, under
from dlcli.data import BatchOrder, BucketedBatches, SequenceSource, ShuffledBatches, Split, StreamBatches
from dlcli.nn import Graph
from dlcli.settings import TrainingSettings
from dlcli.training.batch_statistics import single_value_node


def batch_order(train: Split, settings: TrainingSettings, seed: int, *, model: Graph) -> BatchOrder:
    """Shuffled mini-batches; sequences of similar length together; windows of one sequence one after the other.

    No batch has one value per channel for batch normalization: a last one that would is merged with the one before, or
    left out of a stream, whose rows each go on where they ended.

    Args:
        train: the training set.
        settings: of the training.
        seed: of the experiment.
        model: that is trained.

    Raises:
        ConfigError: the state is to be carried between examples that do not follow each other, no batch is left, or
            every batch has one value per channel for batch normalization.
    """
    sequences = train.inputs if isinstance(train.inputs, SequenceSource) else None
    if settings.stateful:
        if sequences is None or not sequences.continuous:
            found = "carries the state from window to window of one long text; these examples do not follow each other"
            raise ConfigError(found, key="settings.stateful")
        return _stream_order(sequences, settings, model)
    node = single_value_node(model, None if sequences is None else int(sequences.lengths.min()))
    smallest = 1 if node is None else 2
    if node is not None and (settings.batch_size == 1 or len(train) == 1):
        raise _one_value(node, settings, len(train))
    if sequences is not None and not sequences.continuous and settings.shuffle:
        return BucketedBatches(
            sequences.lengths,
            batch_size=settings.batch_size,
            seed=seed,
            drop_last=settings.drop_last,
            smallest_batch=smallest,
        )
    with under("settings"):
        return ShuffledBatches(
            len(train),
            batch_size=settings.batch_size,
            seed=seed,
            shuffle=settings.shuffle,
            drop_last=settings.drop_last,
            smallest_batch=smallest,
        )


def _stream_order(sequences: SequenceSource, settings: TrainingSettings, model: Graph) -> BatchOrder:
    """The windows of one sequence, whose batches are the same in every epoch."""
    order = StreamBatches(len(sequences), batch_size=settings.batch_size)
    node = single_value_node(model, 1)
    if node is None:
        return order
    last = order.indices(0, len(order) - 1)
    single_row = order.order(0) if order.batch_size == 1 else last if len(last) == 1 else last[:0]
    too_small = single_row if single_value_node(model, 2) else single_row[sequences.lengths[single_row] == 1]
    if not len(too_small):
        return order
    if len(order) == 1 or not np.array_equal(too_small, last):
        raise _one_value(node, settings, len(sequences))
    return StreamBatches(len(sequences), batch_size=settings.batch_size, leave_out_last=True)


def _one_value(node: str, settings: TrainingSettings, examples: int) -> ConfigError:
    batch = "a training set of one example" if examples == 1 else f"batches of {settings.batch_size}"
    message = (
        f"{node} would normalize one value per channel: {batch} have no variance; expected a batch_size of at least 2, "
        "or a model without batch_norm"
    )
    return ConfigError(message, key="settings.batch_size")
