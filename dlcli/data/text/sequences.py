"""Tokens as a model gets them: sequences that are padded batch by batch, with what is to be predicted of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.data.batches import Batch
from dlcli.data.text.token_array import TokenArray, padded


@dataclass(frozen=True)
class TokenSequences:
    """Sequences to be read as a whole, whose targets are elsewhere.

    Args:
        tokens: of all of them.
        labels: (total,) int64, one for each token; None = the steps have none.
    """

    tokens: TokenArray
    labels: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int64."""
        return self.tokens.lengths

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, longest)."""
        return len(self), int(self.lengths.max(initial=0))

    def gather(self, indices: np.ndarray) -> Batch:
        """Some sequences, in the order of `indices`."""
        starts = self.tokens.offsets[indices]
        lengths = self.tokens.offsets[indices + 1] - starts
        inputs = padded(self.tokens.flat, starts, lengths)
        targets = None if self.labels is None else padded(self.labels, starts, lengths)
        return Batch(inputs, targets, unless_equal(lengths))


@dataclass(frozen=True)
class NextTokenSequences:
    """Sequences of which each token is to be predicted from those before it.

    Args:
        tokens: each sequence from `<BOS>`, which is only an input, to `<EOS>`, which is only a target.
    """

    tokens: TokenArray

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int64, the predictions of each sequence."""
        return self.tokens.lengths - 1

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, longest)."""
        return len(self), int(self.lengths.max(initial=0))

    def gather(self, indices: np.ndarray) -> Batch:
        """Some sequences, in the order of `indices`."""
        starts = self.tokens.offsets[indices]
        lengths = self.tokens.offsets[indices + 1] - starts - 1
        flat = self.tokens.flat
        return Batch(padded(flat, starts, lengths), padded(flat, starts + 1, lengths), unless_equal(lengths))


@dataclass(frozen=True)
class Windows:
    """A running text cut into windows, each beginning where the one before it ended; every token is predicted once.

    Args:
        flat: (total + 1,) the tokens of the text with `<BOS>` before them.
        window: tokens predicted in each; the last one may be shorter.
    """

    flat: np.ndarray
    window: int

    @property
    def total(self) -> int:
        """Tokens to be predicted."""
        return len(self.flat) - 1

    def __len__(self) -> int:
        return -(-self.total // self.window)

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int64."""
        return self._lengths(np.arange(len(self)))

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, window)."""
        return len(self), min(self.window, self.total)

    def gather(self, indices: np.ndarray) -> Batch:
        """Some windows, in the order of `indices`."""
        starts, lengths = indices * self.window, self._lengths(indices)
        return Batch(padded(self.flat, starts, lengths), padded(self.flat, starts + 1, lengths), unless_equal(lengths))

    def _lengths(self, indices: np.ndarray) -> np.ndarray:
        lengths: np.ndarray = np.minimum(self.total - indices * self.window, self.window)
        return lengths


def unless_equal(lengths: np.ndarray) -> np.ndarray | None:
    """The lengths of a batch, or None where nothing is padded."""
    return None if len(lengths) == 0 or (lengths == lengths[0]).all() else lengths
