"""Tokens as a model gets them: sequences that are padded batch by batch, with what is to be predicted of them."""

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
    """Sequences to be read as a whole, whose targets are elsewhere.

    Args:
        tokens: of all of them; one without any counts as one `<UNK>`.
        max_length: how many of a sequence are used at most; None = all.
        labels: (total,) int64, one for each token; None = the steps have none.
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
        """(num_tokens,) int64: how often each token is there."""
        return token_counts(self.tokens.flat, num_tokens)

    def gather(self, indices: np.ndarray) -> Batch:
        """Some sequences, in the order of `indices`."""
        starts = self.tokens.offsets[indices]
        # (n,) slices of one flat array: sequences are padded only when a batch is made, to the longest of that batch.
        real = np.minimum(self.tokens.offsets[indices + 1] - starts, self.max_length or LONGEST)
        lengths = np.maximum(real, 1)
        inputs = padded(self.tokens.flat, starts, real, width=lengths.max(initial=0))
        # a sequence without a step has no last state and no mean
        inputs[real == 0, 0] = UNK
        targets = None if self.labels is None else padded(self.labels, starts, real)
        return Batch(inputs, targets, equal_lengths_or_none(lengths))


@dataclass(frozen=True)
class NextTokenSequences:
    """Sequences of which each token is to be predicted from those before it.

    Args:
        tokens: each sequence from `<BOS>`, which is only an input, to `<EOS>`, which is only a target.
        max_length: how many of a sequence are used at most, these two not counted; what is cut off has no `<EOS>`.
    """

    tokens: TokenArray
    max_length: int | None = None
    continuous: ClassVar[bool] = False

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int64, the predictions of each sequence."""
        lengths: np.ndarray = np.minimum(self.tokens.lengths - 1, self._most)
        return lengths

    @property
    def _most(self) -> int:
        return LONGEST if self.max_length is None else self.max_length + 1

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, longest)."""
        return len(self), int(self.lengths.max(initial=0))

    def token_counts(self, num_tokens: int) -> np.ndarray:
        """(num_tokens,) int64: how often each token is there."""
        return token_counts(self.tokens.flat, num_tokens)

    def gather(self, indices: np.ndarray) -> Batch:
        """Some sequences, in the order of `indices`."""
        starts = self.tokens.offsets[indices]
        # Inputs and targets are the same tokens, shifted by one.
        lengths = np.minimum(self.tokens.offsets[indices + 1] - starts - 1, self._most)
        flat = self.tokens.flat
        return Batch(padded(flat, starts, lengths), padded(flat, starts + 1, lengths), equal_lengths_or_none(lengths))


@dataclass(frozen=True)
class Windows:
    """A running text cut into windows, each beginning where the one before it ended; every token is predicted once.

    Args:
        flat: (total + 1,) the tokens of the text with `<BOS>` before them.
        window: tokens predicted in each; the last one may be shorter.
    """

    flat: np.ndarray
    window: int
    continuous: ClassVar[bool] = True

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

    def token_counts(self, num_tokens: int) -> np.ndarray:
        """(num_tokens,) int64: how often each token is there."""
        return token_counts(self.flat, num_tokens)

    def gather(self, indices: np.ndarray) -> Batch:
        """Some windows, in the order of `indices`."""
        # Window i predicts tokens i·window + 1 …: the last token of each is the first input of the next.
        starts, lengths = indices * self.window, self._lengths(indices)
        return Batch(
            padded(self.flat, starts, lengths), padded(self.flat, starts + 1, lengths), equal_lengths_or_none(lengths)
        )

    def _lengths(self, indices: np.ndarray) -> np.ndarray:
        lengths: np.ndarray = np.minimum(self.total - indices * self.window, self.window)
        return lengths


def equal_lengths_or_none(lengths: np.ndarray) -> np.ndarray | None:
    """The lengths of a batch, or None where nothing is padded."""
    # None lets all kernels take the way without a mask.
    return None if len(lengths) == 0 or (lengths == lengths[0]).all() else lengths
