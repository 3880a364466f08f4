"""Examples ready for a model, and the batches they come in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np

from dlcli.data.examples import Inputs
from dlcli.data.preprocessing import Preprocessor


@dataclass(frozen=True)
class Batch:
    """Some examples as a model and its loss get them.

    Args:
        inputs: (N, …), sequences (N, T, …) padded to the longest of the batch.
        targets: (N,) classes, (N, K) values, (N, T) one for each step, or None for data without targets.
        lengths: (N,) int64, how many steps of each sequence are real; None where all are, and for what has no steps.
    """

    inputs: np.ndarray
    targets: np.ndarray | None
    lengths: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.inputs)


@runtime_checkable
class SequenceSource(Protocol):
    """Sequences of different lengths, which are padded when they are asked for."""

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int64, the steps of each sequence."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, T, …) with the longest T."""

    @property
    def continuous(self) -> bool:
        """Whether each one goes on where the one before it ended: windows of one long sequence."""

    def __len__(self) -> int: ...

    def gather(self, indices: np.ndarray) -> Batch:
        """Some sequences, in the order of `indices`; with targets where each step has one."""


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
        inputs: (N, …) float32, normalized; or sequences.
        targets: (N,) int64 classes, (N, K) float32 values; None for new data without targets, and for sequences that
            bring a target for each of their steps.
        ids: (N,) what the user knows each example by.
        notes: what the user should hear about this split.
        values: (N,) or (N, K) the targets as the file has them, where they are values; else None.
        groups: (N,) what each example was sampled together with, such as its patient; None where that is not known.
        lines: (N,) line of the file at which each text to be continued begins; None where that is not known.
    """

    name: str
    inputs: np.ndarray | TransformedRows | SequenceSource
    targets: np.ndarray | None
    ids: np.ndarray
    notes: tuple[str, ...] = ()
    values: np.ndarray | None = None
    groups: np.ndarray | None = None
    lines: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def gather(self, indices: np.ndarray) -> Batch:
        """Some examples, in the order of `indices`."""
        targets = None if self.targets is None else self.targets.take(indices, axis=0)
        if isinstance(self.inputs, np.ndarray):
            return Batch(self.inputs.take(indices, axis=0), targets)
        if isinstance(self.inputs, TransformedRows):
            return Batch(self.inputs.take(indices), targets)
        batch = self.inputs.gather(indices)
        return batch if targets is None else replace(batch, targets=targets)

    def batches(self, batch_size: int) -> Iterator[Batch]:
        """All examples in their order, as views where they are in memory; the last batch may be short."""
        for start in range(0, len(self), batch_size):
            stop = min(start + batch_size, len(self))
            if isinstance(self.inputs, np.ndarray):
                yield Batch(self.inputs[start:stop], None if self.targets is None else self.targets[start:stop])
            else:
                yield self.gather(np.arange(start, stop))
