"""Sequences of tokens of different lengths in one array, in memory or in a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np

from dlcli.core import DataError
from dlcli.data.text.vocabulary import PAD

TYPE = np.dtype("<i4")
#: tokens that are looked at together
PART = 1_000_000


@dataclass(frozen=True)
class TokenArray:
    """N sequences, one after the other.

    Args:
        flat: (total,) int32, possibly memory-mapped.
        offsets: (N + 1,) int64, where each begins, and the total.
    """

    flat: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of(cls, sequences: Iterable[np.ndarray], store: Path | None = None) -> TokenArray:
        """The sequences together.

        Args:
            sequences: (T,) integers each.
            store: the file that they are written to, and from which they are read if it is there already; None = they
                stay in memory.

        Raises:
            DataError: the file cannot be written.
        """
        if store is None:
            held = [np.asarray(sequence, dtype=np.int32) for sequence in sequences]
            flat = np.concatenate(held) if held else np.empty(0, np.int32)
            return cls(flat, _offsets(map(len, held)))
        try:
            if not store.exists():
                _write(sequences, store)
            lengths = np.fromfile(_lengths_of(store), dtype="<i8")
            return cls(np.memmap(store, dtype=TYPE, mode="r"), _offsets(lengths.tolist()))
        except OSError as error:
            raise DataError(
                f"tokens cannot be kept: {error.strerror or error}", code="io_error", file=str(store)
            ) from error

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, number: int) -> np.ndarray:
        return self.flat[self.offsets[number] : self.offsets[number + 1]]

    @property
    def lengths(self) -> np.ndarray:
        """(N,) int64."""
        return np.diff(self.offsets)

    def count(self, token: int) -> int:
        """How often a token is there."""
        return sum(int((part == token).sum()) for part in parts(self.flat))


def parts(flat: np.ndarray) -> Iterator[np.ndarray]:
    """An array a part at a time, as it may be memory-mapped."""
    for start in range(0, len(flat), PART):
        yield flat[start : start + PART]


def token_counts(flat: np.ndarray, num_tokens: int) -> np.ndarray:
    """(num_tokens,) int64: how often each token is in an array."""
    counts = np.zeros(num_tokens, dtype=np.int64)
    for part in parts(flat):
        counts += np.bincount(part, minlength=num_tokens)
    return counts


def padded(flat: np.ndarray, starts: np.ndarray, lengths: np.ndarray, width: int | None = None) -> np.ndarray:
    """(n, width) int64: pieces of an array, filled up with `<PAD>`.

    Args:
        flat: (total,) integers.
        starts: (n,) where each piece begins.
        lengths: (n,) of the pieces.
        width: of the result; None = the longest of the pieces.
    """
    steps = np.arange(lengths.max(initial=0) if width is None else width)
    data_paths = starts[:, np.newaxis] + steps  # (n, width)
    if (lengths == len(steps)).all():
        return flat.take(data_paths).astype(np.int64)
    real = steps < lengths[:, np.newaxis]
    rows = np.full(data_paths.shape, PAD, dtype=np.int64)
    rows[real] = flat[data_paths[real]]
    return rows


def _offsets(lengths: Iterable[int]) -> np.ndarray:
    return np.array([0, *accumulate(lengths)], dtype=np.int64)


def _lengths_of(store: Path) -> Path:
    return store.with_suffix(".lengths")


def _write(sequences: Iterable[np.ndarray], store: Path) -> None:
    """Write beside and rename, the tokens last: once they are there, all is."""
    store.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store.parent) as folder:
        beside = Path(folder) / store.name
        lengths = []
        with beside.open("wb") as stream:
            for sequence in sequences:
                stream.write(np.asarray(sequence, dtype=TYPE).tobytes())
                lengths.append(len(sequence))
        np.array(lengths, dtype="<i8").tofile(_lengths_of(beside))
        _lengths_of(beside).replace(_lengths_of(store))
        beside.replace(store)
