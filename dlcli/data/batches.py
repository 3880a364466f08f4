"""Prepared examples, and batches of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np

from dlcli.data.examples import Inputs
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.rows import EncodedTargets


@dataclass(frozen=True)
class Batch:
    """A mini-batch of inputs and targets.

    Args:
        inputs: (N, …) inputs; sequences (N, T, …) are padded to the longest of the batch.
        targets: Encoded targets, such as (N,) classes, (N, K) values or (N, T) classes of steps; None for data without
            targets.
        lengths: (N,) int64 lengths of the sequences without padding; None if nothing is padded.
    """

    inputs: np.ndarray
    targets: EncodedTargets | None
    lengths: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.inputs)


@runtime_checkable
class SequenceSource(Protocol):
    """Sequences of different lengths, which are padded batch by batch."""

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int64 number of steps of each sequence."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, T, …) with the largest T."""

    @property
    def continuous(self) -> bool:
        """Whether each sequence continues the one before it: windows of one long sequence."""

    def __len__(self) -> int: ...

    def gather(self, indices: np.ndarray) -> Batch:
        """Return the batch of some sequences, in the order of `indices`; with targets if each step has one."""


@dataclass(frozen=True)
class TransformedRows:
    """Inputs that are transformed batch by batch, such as those of a memory-mapped file.

    Args:
        source: (N, …) array, possibly memory-mapped, or table.
        rows: (n,) row numbers of the examples.
        preprocessor: Preprocessor of the inputs.
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
        """Return the transformed inputs, (len(indices), …) float32."""
        return self.preprocessor.inputs(self.source, self.rows[indices])


@dataclass(frozen=True)
class Split:
    """Prepared examples of train, train_dev, dev, test or new data.

    Args:
        name: Name of the split.
        inputs: (N, …) float32 normalized inputs; or sequences.
        targets: Encoded targets, such as (N,) int64 classes or (N, K) float32 values; None for new data without
            targets, and for sequences with a target for each step.
        ids: (N,) names of the examples for the user.
        notes: Remarks for the user about the split.
        values: (N,) or (N, K) unscaled values if the targets are values; else None.
        groups: (N,) group of each example, such as its patient; None = unknown.
        lines: (N,) 1-based line of the file at which each text begins; None = unknown.
    """

    name: str
    inputs: np.ndarray | TransformedRows | SequenceSource
    targets: EncodedTargets | None
    ids: np.ndarray
    notes: tuple[str, ...] = ()
    values: EncodedTargets | None = None
    groups: np.ndarray | None = None
    lines: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def gather(self, indices: np.ndarray) -> Batch:
        """Return the batch of some examples, in the order of `indices`."""
        targets = None if self.targets is None else self.targets.take(indices, axis=0)
        if isinstance(self.inputs, np.ndarray):
            return Batch(self.inputs.take(indices, axis=0), targets)
        if isinstance(self.inputs, TransformedRows):
            return Batch(self.inputs.take(indices), targets)
        batch = self.inputs.gather(indices)
        return batch if targets is None else replace(batch, targets=targets)

    def batches(self, batch_size: int) -> Iterator[Batch]:
        """Yield all examples in order, as views if they are in memory; the last batch may be smaller."""
        for start in range(0, len(self), batch_size):
            stop = min(start + batch_size, len(self))
            if isinstance(self.inputs, np.ndarray):
                yield Batch(self.inputs[start:stop], None if self.targets is None else self.targets[start:stop])
            else:
                yield self.gather(np.arange(start, stop))
