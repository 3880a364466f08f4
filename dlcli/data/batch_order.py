"""Which examples are in which mini-batch: a pure function of the seed and the epoch, so that nothing need be saved."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal

import numpy as np

from dlcli.core import ConfigError, formatting, rng

#: batches that are sorted by length together: enough for little padding, few enough for batches to stay mixed
BUCKET_BATCHES = 50


class BatchOrder(ABC):
    """The mini-batches of every epoch.

    Args:
        num_examples: size of the training set.
        batch_size: examples in a batch; "full" for all of them.
    """

    #: what became of a last batch that is too small, for the user; None where nothing did
    remark: str | None = None

    def __init__(self, num_examples: int, batch_size: int | Literal["full"]) -> None:
        self.num_examples = num_examples
        self.batch_size = num_examples if batch_size == "full" else batch_size
        self._order: tuple[int, np.ndarray] | None = None

    @abstractmethod
    def __len__(self) -> int:
        """Batches in an epoch."""

    @abstractmethod
    def ordered(self, epoch: int) -> np.ndarray:
        """(N,) the examples in the order in which an epoch visits them."""

    def order(self, epoch: int) -> np.ndarray:
        """`ordered`, worked out once an epoch."""
        if self._order is None or self._order[0] != epoch:
            self._order = (epoch, self.ordered(epoch))
        return self._order[1]

    def indices(self, epoch: int, batch: int) -> np.ndarray:
        """The examples of one batch of one epoch, both counted from 0."""
        start = batch * self.batch_size
        return self.order(epoch)[start : start + self.batch_size]


class ShuffledBatches(BatchOrder):
    """The examples in a new order each epoch.

    Batch size 1 is stochastic gradient descent, "full" is batch gradient descent.

    Args:
        num_examples: size of the training set.
        batch_size: examples in a batch; the last one of an epoch may be short.
        seed: of the experiment.
        shuffle: visit the examples in a new order each epoch.
        drop_last: leave out a short last batch.
        smallest_batch: a last batch of fewer examples is merged with the one before.

    Raises:
        ConfigError: no batch is left, or all of them have too few examples.
    """

    def __init__(
        self,
        num_examples: int,
        *,
        batch_size: int | Literal["full"],
        seed: int,
        shuffle: bool = True,
        drop_last: bool = False,
        smallest_batch: int = 1,
    ) -> None:
        super().__init__(num_examples, batch_size)
        self.seed = seed
        self.shuffle = shuffle
        # A last batch of one example has no variance for batch normalization; merged with the batch before it nothing
        # is lost.
        full, rest = divmod(num_examples, self.batch_size)
        self._merges_last = not drop_last and full > 0 and 0 < rest < smallest_batch
        self.batches_per_epoch = full + (rest > 0 and not drop_last and not self._merges_last)
        if self._merges_last:
            self.remark = f"the last batch of an epoch would have {rest} example and is merged with the one before"
        if self.batches_per_epoch == 0:
            raise ConfigError(
                f"drop_last leaves no batch: the training set has "
                f"{formatting.count(num_examples, 'example')} and a batch {batch_size}",
                code="too_few_examples",
                key="batch_size",
            )

    def __len__(self) -> int:
        return self.batches_per_epoch

    def indices(self, epoch: int, batch: int) -> np.ndarray:
        if self._merges_last and batch == self.batches_per_epoch - 1:
            return self.order(epoch)[batch * self.batch_size :]
        return super().indices(epoch, batch)

    def ordered(self, epoch: int) -> np.ndarray:
        # The epoch is part of the generator's key, so that epoch 7 can be had without drawing epochs 1 to 6.
        order = np.arange(self.num_examples)
        if self.shuffle:
            rng.generator(self.seed, "shuffle", epoch).shuffle(order)
        return order


class BucketedBatches(ShuffledBatches):
    """Shuffled batches of sequences of similar length, so that little is padded.

    A shuffled epoch is cut into buckets of some batches each; within a bucket the sequences are sorted by length, and
    then the batches of the epoch change places. What meets what still differs from epoch to epoch.

    Args:
        lengths: (N,) of the sequences.
        batch_size: sequences in a batch.
        seed: of the experiment.
        drop_last: leave out a short last batch.
        smallest_batch: a last batch of fewer sequences is merged with the one before.

    Raises:
        ConfigError: no batch is left, or all of them have too few sequences.
    """

    def __init__(
        self,
        lengths: np.ndarray,
        *,
        batch_size: int | Literal["full"],
        seed: int,
        drop_last: bool = False,
        smallest_batch: int = 1,
    ) -> None:
        super().__init__(
            len(lengths), batch_size=batch_size, seed=seed, drop_last=drop_last, smallest_batch=smallest_batch
        )
        self.lengths = lengths

    def ordered(self, epoch: int) -> np.ndarray:
        generator = rng.generator(self.seed, "shuffle", epoch)
        # Shuffled first, so that the examples of a bucket are a random sample: sorting the whole epoch would give the
        # same batches every time, each with sequences of one length.
        order = generator.permutation(self.num_examples)
        bucket = BUCKET_BATCHES * self.batch_size
        for start in range(0, self.num_examples, bucket):
            # stable: equal lengths stay in their random order
            chosen = order[start : start + bucket]
            order[start : start + bucket] = chosen[np.argsort(self.lengths[chosen], kind="stable")]
        # Without this the model would see lengths in ascending order within every bucket, a drift like that of
        # unshuffled data.
        full = self.num_examples // self.batch_size * self.batch_size  # a short batch stays the last one
        batches = order[:full].reshape(-1, self.batch_size)
        order[:full] = batches[generator.permutation(len(batches))].ravel()
        return order


class StreamBatches(BatchOrder):
    """Windows of one long sequence, so that row i of a batch goes on where row i of the batch before it ended.

    The sequence is cut into `batch_size` parts, one a row. Where they cannot be of equal length the first ones have one
    window more, and the last batch only their rows: no window is left out.

    Args:
        num_examples: windows, in the order of the sequence.
        batch_size: rows; no more than there are windows.
        leave_out_last: no batch is made of the last windows.
    """

    def __init__(self, num_examples: int, *, batch_size: int | Literal["full"], leave_out_last: bool = False) -> None:
        super().__init__(num_examples, batch_size)
        self.batch_size = min(self.batch_size, num_examples)
        self.leave_out_last = leave_out_last
        if leave_out_last:
            self.remark = "the last batch of an epoch would be one window and is left out"

    def __len__(self) -> int:
        return -(-self.num_examples // self.batch_size) - self.leave_out_last

    def ordered(self, epoch: int) -> np.ndarray:  # noqa: ARG002
        # Row i of all batches together is one part, read from its beginning to its end: the hidden state of row i goes
        # on.
        parts = np.array_split(np.arange(self.num_examples), self.batch_size)
        shortest = len(parts[-1])
        together = np.stack([part[:shortest] for part in parts], axis=1).ravel()  # (steps, rows) -> (steps · rows,)
        rest = [part[shortest:] for part in parts]
        return np.concatenate([together, *rest])
