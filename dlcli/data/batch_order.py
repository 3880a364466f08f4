"""The examples of each mini-batch: a pure function of seed and epoch, so that checkpoints need not store it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal

import numpy as np

from dlcli.core import ConfigError, formatting, rng

#: number of batches in a bucket: enough for little padding, few enough for varied batches
BUCKET_BATCHES = 50


class BatchOrder(ABC):
    """The mini-batches of every epoch.

    Args:
        num_examples: Size of the training set.
        batch_size: Number of examples of a batch; "full" for all examples.
    """

    #: remark for the user about a last batch that is too small; None if there is none
    remark: str | None = None

    def __init__(self, num_examples: int, batch_size: int | Literal["full"]) -> None:
        self.num_examples = num_examples
        self.batch_size = num_examples if batch_size == "full" else batch_size
        self._order: tuple[int, np.ndarray] | None = None

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of batches of an epoch."""

    @abstractmethod
    def compute_order(self, epoch: int) -> np.ndarray:
        """Compute the order of the examples in an epoch, (N,)."""

    def order(self, epoch: int) -> np.ndarray:
        """Return `compute_order`, cached for the current epoch."""
        if self._order is None or self._order[0] != epoch:
            self._order = (epoch, self.compute_order(epoch))
        return self._order[1]

    def indices(self, epoch: int, batch: int) -> np.ndarray:
        """Return the examples of a batch of an epoch, both counted from 0."""
        start = batch * self.batch_size
        return self.order(epoch)[start : start + self.batch_size]


class ShuffledBatches(BatchOrder):
    """The examples in a new order each epoch.

    Batch size 1 is stochastic gradient descent, "full" is batch gradient descent.

    Args:
        num_examples: Size of the training set.
        batch_size: Number of examples of a batch; the last batch of an epoch may be smaller.
        seed: Seed of the experiment.
        shuffle: Whether to shuffle the examples in each epoch.
        drop_last: Whether to drop a smaller last batch.
        smallest_batch: Minimum number of examples of a last batch; a smaller one is merged with the batch before it.

    Raises:
        ConfigError: No batch is left.
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
        # A last batch of one example has no variance for batch normalization; merging it with the batch before it loses
        # no example.
        full, rest = divmod(num_examples, self.batch_size)
        self._merges_last = not drop_last and full > 0 and 0 < rest < smallest_batch
        self.batches_per_epoch = full + (rest > 0 and not drop_last and not self._merges_last)
        if self._merges_last:
            self.remark = f"the last batch of an epoch would have {rest} example and is merged with the batch before it"
        if self.batches_per_epoch == 0:
            raise ConfigError(
                f"expected at most {formatting.count(num_examples, 'training example')} with drop_last, "
                f"got {batch_size}",
                code="too_few_examples",
                key="batch_size",
            )

    def __len__(self) -> int:
        return self.batches_per_epoch

    def indices(self, epoch: int, batch: int) -> np.ndarray:
        if self._merges_last and batch == self.batches_per_epoch - 1:
            return self.order(epoch)[batch * self.batch_size :]
        return super().indices(epoch, batch)

    def compute_order(self, epoch: int) -> np.ndarray:
        # The epoch is part of the generator's key, so epoch 7 does not depend on drawing epochs 1 to 6.
        order = np.arange(self.num_examples)
        if self.shuffle:
            rng.generator(self.seed, "shuffle", epoch).shuffle(order)
        return order


class BucketedBatches(ShuffledBatches):
    """Shuffled batches of sequences of similar length, which need little padding.

    A shuffled epoch is cut into buckets of several batches. Within a bucket the sequences are sorted by length, and
    then the batches of the epoch are shuffled. The composition of batches still differs from epoch to epoch.

    Args:
        lengths: (N,) lengths of the sequences.
        batch_size: Number of sequences of a batch.
        seed: Seed of the experiment.
        drop_last: Whether to drop a smaller last batch.
        smallest_batch: Minimum number of sequences of a last batch; a smaller one is merged with the batch before it.

    Raises:
        ConfigError: No batch is left.
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

    def compute_order(self, epoch: int) -> np.ndarray:
        generator = rng.generator(self.seed, "shuffle", epoch)
        # Shuffled first, so that the examples of a bucket are a random sample: sorting the whole epoch would give the
        # same batches in every epoch.
        order = generator.permutation(self.num_examples)
        bucket = BUCKET_BATCHES * self.batch_size
        for start in range(0, self.num_examples, bucket):
            # a stable sort keeps the random order of equal lengths
            members = order[start : start + bucket]
            order[start : start + bucket] = members[np.argsort(self.lengths[members], kind="stable")]
        # Without this, lengths would increase within every bucket, a drift like that of unshuffled data.
        full = self.num_examples // self.batch_size * self.batch_size  # a smaller batch stays the last one
        batches = order[:full].reshape(-1, self.batch_size)
        order[:full] = batches[generator.permutation(len(batches))].ravel()
        return order


class StreamBatches(BatchOrder):
    """Windows of one long sequence: row i of a batch continues row i of the batch before it.

    The sequence is cut into `batch_size` parts, one for each row. If it does not divide, the first parts have one
    window more, and the last batch has only their rows, so that no window is dropped.

    Args:
        num_examples: Number of windows of the sequence.
        batch_size: Number of rows, at most the number of windows.
        drop_last: Whether to drop the last batch.
    """

    def __init__(self, num_examples: int, *, batch_size: int | Literal["full"], drop_last: bool = False) -> None:
        super().__init__(num_examples, batch_size)
        self.batch_size = min(self.batch_size, num_examples)
        self.drop_last = drop_last
        if drop_last:
            self.remark = "the last batch of an epoch would have one window and is dropped"

    def __len__(self) -> int:
        return -(-self.num_examples // self.batch_size) - self.drop_last

    def compute_order(self, epoch: int) -> np.ndarray:  # noqa: ARG002
        # Row i of all batches is one part of the sequence in order, so the hidden state of row i can be carried over.
        parts = np.array_split(np.arange(self.num_examples), self.batch_size)
        shortest = len(parts[-1])
        interleaved = np.stack([part[:shortest] for part in parts], axis=1).ravel()  # (steps, rows) -> (steps · rows,)
        rest = [part[shortest:] for part in parts]
        return np.concatenate([interleaved, *rest])
