"""The order in which a training set is visited."""

from __future__ import annotations

from dlcli.data import BatchOrder, BucketedBatches, SequenceSource, ShuffledBatches, Split, StreamBatches
from dlcli.errors import ConfigError
from dlcli.training.settings import TrainingSettings


def batch_order(train: Split, settings: TrainingSettings, seed: int) -> BatchOrder:
    """Shuffled mini-batches; sequences of similar length together; windows of one sequence one after the other.

    Args:
        train: the training set.
        settings: of the training.
        seed: of the experiment.

    Raises:
        ConfigError: the state is to be carried between examples that do not follow each other, or no batch is left.
    """
    sequences = train.inputs if isinstance(train.inputs, SequenceSource) else None
    if settings.stateful:
        if sequences is None or not sequences.continuous:
            found = "carries the state from window to window of one long text; these examples do not follow each other"
            raise ConfigError(found, key="training.stateful")
        return StreamBatches(len(train), batch_size=settings.batch_size)
    if sequences is not None and not sequences.continuous and settings.shuffle:
        return BucketedBatches(
            sequences.lengths, batch_size=settings.batch_size, seed=seed, drop_last=settings.drop_last
        )
    return ShuffledBatches(
        len(train),
        batch_size=settings.batch_size,
        seed=seed,
        shuffle=settings.shuffle,
        drop_last=settings.drop_last,
    )
