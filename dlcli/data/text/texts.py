"""Texts as they were read: many short ones, or sentences whose words the data has told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np


@dataclass(frozen=True)
class Texts:
    """N texts in one array of bytes.

    Args:
        content: uint8, UTF-8, possibly memory-mapped.
        starts: (N,) where each text begins in it.
        stops: (N,) where each ends.
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
        """(N,) int64: equal texts have equal ones."""
        return np.array([hash(self.bytes_of(number)) for number in range(len(self))], dtype=np.int64)

    def bytes_of(self, number: int) -> bytes:
        return self.content[self.starts[number] : self.stops[number]].tobytes()

    @property
    def size(self) -> int:
        """Bytes of all texts."""
        return int((self.stops - self.starts).sum())


@dataclass(frozen=True)
class Sentences:
    """N sentences, each a list of the words that it is given as."""

    words: Sequence[tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, number: int) -> tuple[str, ...]:
        return self.words[number]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter(self.words)

    def take(self, rows: np.ndarray | slice) -> Sentences:
        chosen = range(len(self))[rows] if isinstance(rows, slice) else rows.tolist()
        return Sentences([self.words[row] for row in chosen])

    def hashes(self) -> np.ndarray:
        """(N,) int64: equal sentences have equal ones."""
        return np.array([hash(words) for words in self.words], dtype=np.int64)

    @property
    def size(self) -> int:
        """Characters of all words."""
        return sum(len(word) for words in self.words for word in words)
