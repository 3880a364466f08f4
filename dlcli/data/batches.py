"""Examples ready for a model, and the order in which they are visited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dlcli import rng
from dlcli.data.examples import Inputs
from dlcli.data.preprocessing import Preprocessor
from dlcli.errors import ConfigError


@dataclass(frozen=True)
class TransformedRows:
    """Inputs that stay where they are, such as in a file, and are transformed when they are asked for.

    Args:
        source: (N, …) array, possibly memory-mapped, or table.
        rows: (n,) which of its examples.
        preprocessor: what is done to them.
    """

    source: Inputs
    rows: np.ndarray
    preprocessor: Preprocessor

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.rows), *self.preprocessor.input_shape)

    def take(self, indices: np.ndarray) -> np.ndarray:
        """(len(indices), …) float32."""
        return self.preprocessor.inputs(self.source, self.rows[indices])


@dataclass(frozen=True)
class Split:
    """One of train, train_dev, dev and test, or new data, ready for a model.

    Args:
        name: of the split.
        inputs: (N, …) float32, normalized.
        targets: (N,) int64 classes, (N, K) float32 values, or None for new data without targets.
        ids: (N,) what the user knows each example by.
        notes: what the user should hear about this split.
    """

    name: str
    inputs: np.ndarray | TransformedRows
    targets: np.ndarray | None
    ids: np.ndarray
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.inputs)

    def gather(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """The inputs and targets of some examples, in the order of `indices`."""
        inputs = self.inputs.take(indices, axis=0) if isinstance(self.inputs, np.ndarray) else self.inputs.take(indices)
        return inputs, None if self.targets is None else self.targets.take(indices, axis=0)

    def batches(self, batch_size: int) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
        """All examples in their order, as views where they are in memory; the last batch may be short."""
        for start in range(0, len(self), batch_size):
            stop = min(start + batch_size, len(self))
            if isinstance(self.inputs, np.ndarray):
                yield self.inputs[start:stop], None if self.targets is None else self.targets[start:stop]
            else:
                yield self.gather(np.arange(start, stop))


class ShuffledBatches:
    """Which examples are in which mini-batch: a pure function of the seed and the epoch.

    Batch size 1 is stochastic gradient descent, "full" is batch gradient descent.

    Args:
        num_examples: size of the training set.
        batch_size: examples in a batch; the last one of an epoch may be short.
        seed: of the experiment.
        shuffle: visit the examples in a new order each epoch.
        drop_last: leave out a short last batch.

    Raises:
        ConfigError: no batch is left.
    """

    def __init__(
        self,
        num_examples: int,
        *,
        batch_size: int | Literal["full"],
        seed: int,
        shuffle: bool = True,
        drop_last: bool = False,
    ) -> None:
        self.num_examples = num_examples
        self.batch_size = num_examples if batch_size == "full" else batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.batches_per_epoch = num_examples // self.batch_size if drop_last else -(-num_examples // self.batch_size)
        if self.batches_per_epoch == 0:
            raise ConfigError(
                f"drop_last leaves no batch: the training set has {num_examples} examples and a batch {batch_size}",
                key="training.batch_size",
            )
        self._order: tuple[int, np.ndarray] | None = None

    def __len__(self) -> int:
        return self.batches_per_epoch

    def indices(self, epoch: int, batch: int) -> np.ndarray:
        """The examples of one batch of one epoch, both counted from 0."""
        start = batch * self.batch_size
        return self.order(epoch)[start : start + self.batch_size]

    def order(self, epoch: int) -> np.ndarray:
        """(N,) the examples in the order in which this epoch visits them."""
        if self._order is None or self._order[0] != epoch:
            order = np.arange(self.num_examples)
            if self.shuffle:
                rng.generator(self.seed, "shuffle", epoch).shuffle(order)
            self._order = (epoch, order)
        return self._order[1]
