"""Raw texts: many short texts, or sentences that the data has already split into words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np


@dataclass(frozen=True)
class Texts:
    """N texts in one array of bytes.

    Args:
        content: (bytes,) uint8 text in UTF-8, possibly memory-mapped.
        starts: (N,) first byte of each text.
        stops: (N,) stop byte of each text.
    """

    content: np.ndarray
    starts: np.ndarray
    stops: np.ndarray

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        ends = np.array([0, *accumulate(map(len, encoded))], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), ends[:-1], ends[1:])

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, number: int) -> str:
        return self.bytes_of(number).decode("utf-8", "surrogatepass").replace("\r\n", "\n")

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))

    def take(self, rows: np.ndarray | slice) -> Texts:
        return Texts(self.content, self.starts[rows], self.stops[rows])

    def hashes(self) -> np.ndarray:
        """Hash each text, (N,) int64; equal texts have equal hashes."""
        return np.array([hash(self.bytes_of(number)) for number in range(len(self))], dtype=np.int64)

    def bytes_of(self, number: int) -> bytes:
        return self.content[self.starts[number] : self.stops[number]].tobytes()

    @property
    def size(self) -> int:
        """Number of bytes of all texts."""
        return int((self.stops - self.starts).sum())


@dataclass(frozen=True)
class Sentences:
    """N sentences, each a tuple of words.

    Args:
        words: Words of each sentence.
    """

    words: Sequence[tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, number: int) -> tuple[str, ...]:
        return self.words[number]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter(self.words)

    def take(self, rows: np.ndarray | slice) -> Sentences:
        numbers = range(len(self))[rows] if isinstance(rows, slice) else rows.tolist()
        return Sentences([self.words[number] for number in numbers])

    def hashes(self) -> np.ndarray:
        """Hash each sentence, (N,) int64; equal sentences have equal hashes."""
        return np.array([hash(words) for words in self.words], dtype=np.int64)

    @property
    def size(self) -> int:
        """Number of characters of all words."""
        return sum(len(word) for words in self.words for word in words)
