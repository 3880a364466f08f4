"""Token sequences of different lengths in one array, in memory or in a file."""

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
#: number of tokens to process at once
PART = 1_000_000


@dataclass(frozen=True)
class TokenArray:
    """N concatenated sequences.

    Args:
        flat: (total,) int32 tokens, possibly memory-mapped.
        offsets: (N + 1,) int64 start of each sequence, and the total.
    """

    flat: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of(cls, sequences: Iterable[np.ndarray], store: Path | None = None) -> TokenArray:
        """Concatenate sequences.

        Args:
            sequences: Arrays of integers, (T,) each.
            store: File to memory-map the tokens from; it is written first if it does not exist; None = keep the tokens
                in memory.

        Raises:
            DataError: The file cannot be written.
        """
        if store is None:
            arrays = [np.asarray(sequence, dtype=np.int32) for sequence in sequences]
            flat = np.concatenate(arrays) if arrays else np.empty(0, np.int32)
            return cls(flat, _offsets(map(len, arrays)))
        try:
            if not store.exists():
                _write(sequences, store)
            lengths = np.fromfile(_lengths_of(store), dtype="<i8")
            return cls(np.memmap(store, dtype=TYPE, mode="r"), _offsets(lengths.tolist()))
        except OSError as error:
            raise DataError(
                f"cannot store the tokens: {error.strerror or error}", code="io_error", file=str(store)
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
        """Count the occurrences of a token."""
        return sum(int((part == token).sum()) for part in parts(self.flat))


def parts(flat: np.ndarray) -> Iterator[np.ndarray]:
    """Yield an array, which may be memory-mapped, in parts."""
    for start in range(0, len(flat), PART):
        yield flat[start : start + PART]


def token_counts(flat: np.ndarray, num_tokens: int) -> np.ndarray:
    """Count each token of an array, (num_tokens,) int64."""
    counts = np.zeros(num_tokens, dtype=np.int64)
    for part in parts(flat):
        counts += np.bincount(part, minlength=num_tokens)
    return counts


def padded(flat: np.ndarray, starts: np.ndarray, lengths: np.ndarray, width: int | None = None) -> np.ndarray:
    """Return slices of an array padded with `<PAD>`, (n, width) int64.

    Args:
        flat: (total,) integers.
        starts: (n,) start of each slice.
        lengths: (n,) length of each slice.
        width: Width of the result; None = the length of the longest slice.
    """
    steps = np.arange(lengths.max(initial=0) if width is None else width)
    positions = starts[:, np.newaxis] + steps  # (n, width)
    if (lengths == len(steps)).all():
        return flat.take(positions).astype(np.int64)
    real = steps < lengths[:, np.newaxis]
    rows = np.full(positions.shape, PAD, dtype=np.int64)
    rows[real] = flat[positions[real]]
    return rows


def _offsets(lengths: Iterable[int]) -> np.ndarray:
    return np.array([0, *accumulate(lengths)], dtype=np.int64)


def _lengths_of(store: Path) -> Path:
    return store.with_suffix(".lengths")


def _write(sequences: Iterable[np.ndarray], store: Path) -> None:
    """Write to temporary files and rename them, the tokens last: if they exist, the lengths do too."""
    store.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store.parent) as folder:
        temporary = Path(folder) / store.name
        lengths = []
        with temporary.open("wb") as stream:
            for sequence in sequences:
                stream.write(np.asarray(sequence, dtype=TYPE).tobytes())
                lengths.append(len(sequence))
        np.array(lengths, dtype="<i8").tofile(_lengths_of(temporary))
        _lengths_of(temporary).replace(_lengths_of(store))
        temporary.replace(store)
