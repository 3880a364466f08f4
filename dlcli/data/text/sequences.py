"""Sequences of token indices that are padded batch by batch, with the targets of their tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dlcli.data.batches import Batch
from dlcli.data.text.token_array import TokenArray, padded, token_counts
from dlcli.data.text.vocabulary import UNK

#: no limit
LONGEST = np.iinfo(np.int64).max


@dataclass(frozen=True)
class TokenSequences:
    """Sequences with an optional label for each token.

    Args:
        tokens: Tokens of all sequences; an empty sequence counts as one `<UNK>`.
        max_length: Maximum number of tokens of a sequence; the rest is cut off; None = no limit.
        labels: (total,) int64 label of each token; None = targets, if any, belong to whole sequences.
    """

    tokens: TokenArray
    max_length: int | None = None
    labels: np.ndarray | None = None
    continuous: ClassVar[bool] = False

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int64."""
        lengths: np.ndarray = np.clip(self.tokens.lengths, 1, self.max_length)
        return lengths

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, longest)."""
        return len(self), int(self.lengths.max(initial=0))

    def token_counts(self, num_tokens: int) -> np.ndarray:
        """Count each token, (num_tokens,) int64."""
        return token_counts(self.tokens.flat, num_tokens)

    def gather(self, indices: np.ndarray) -> Batch:
        """Return the batch of some sequences, in the order of `indices`."""
        starts = self.tokens.offsets[indices]
        # (n,) slices of one flat array: sequences are padded only here, to the longest of the batch.
        real = np.minimum(self.tokens.offsets[indices + 1] - starts, self.max_length or LONGEST)
        lengths = np.maximum(real, 1)
        inputs = padded(self.tokens.flat, starts, real, width=lengths.max(initial=0))
        # a sequence without steps would have no last state and no mean
        inputs[real == 0, 0] = UNK
        targets = None if self.labels is None else padded(self.labels, starts, real)
        return Batch(inputs, targets, equal_lengths_or_none(lengths))


@dataclass(frozen=True)
class NextTokenSequences:
    """Sequences of which each token is predicted from the tokens before it.

    Args:
        tokens: Sequences from `<BOS>`, which is only an input, to `<EOS>`, which is only a target.
        max_length: Maximum number of tokens of a sequence, without these two; a truncated sequence has no `<EOS>`.
    """

    tokens: TokenArray
    max_length: int | None = None
    continuous: ClassVar[bool] = False

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int64, number of predictions of each sequence."""
        lengths: np.ndarray = np.minimum(self.tokens.lengths - 1, self._max_predictions)
        return lengths

    @property
    def _max_predictions(self) -> int:
        return LONGEST if self.max_length is None else self.max_length + 1

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, longest)."""
        return len(self), int(self.lengths.max(initial=0))

    def token_counts(self, num_tokens: int) -> np.ndarray:
        """Count each token, (num_tokens,) int64."""
        return token_counts(self.tokens.flat, num_tokens)

    def gather(self, indices: np.ndarray) -> Batch:
        """Return the batch of some sequences, in the order of `indices`."""
        starts = self.tokens.offsets[indices]
        # Inputs and targets are the same tokens, shifted by one.
        lengths = np.minimum(self.tokens.offsets[indices + 1] - starts - 1, self._max_predictions)
        flat = self.tokens.flat
        return Batch(padded(flat, starts, lengths), padded(flat, starts + 1, lengths), equal_lengths_or_none(lengths))


@dataclass(frozen=True)
class Windows:
    """Continuous text cut into windows, each starting where the previous one ends; every token is predicted once.

    Args:
        flat: (total + 1,) tokens of the text after a `<BOS>`.
        window: Number of tokens predicted in each window; the last window may be shorter.
    """

    flat: np.ndarray
    window: int
    continuous: ClassVar[bool] = True

    @property
    def total(self) -> int:
        """Number of tokens to predict."""
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

    def token_counts(self, num_tokens: int) -> np.ndarray:
        """Count each token, (num_tokens,) int64."""
        return token_counts(self.flat, num_tokens)

    def gather(self, indices: np.ndarray) -> Batch:
        """Return the batch of some windows, in the order of `indices`."""
        # Window i predicts tokens i·window + 1 …: the last token of each is the first input of the next.
        starts, lengths = indices * self.window, self._lengths(indices)
        return Batch(
            padded(self.flat, starts, lengths), padded(self.flat, starts + 1, lengths), equal_lengths_or_none(lengths)
        )

    def _lengths(self, indices: np.ndarray) -> np.ndarray:
        lengths: np.ndarray = np.minimum(self.total - indices * self.window, self.window)
        return lengths


def equal_lengths_or_none(lengths: np.ndarray) -> np.ndarray | None:
    """Return the lengths of a batch, or None if nothing is padded."""
    # With None, all kernels take the path without a mask.
    return None if len(lengths) == 0 or (lengths == lengths[0]).all() else lengths
