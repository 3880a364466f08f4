"""Published word vectors: text files with a word and its vector on each line, like those of GloVe and fastText."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.core import DataError
from dlcli.data.data_paths import unreadable

#: maximum number of bytes of the vectors of words that the training set does not have
MEMORY_LIMIT = 1 << 28
#: maximum number of characters of a line
LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class WordVectors:
    """Vectors of the words of a vocabulary that a file has.

    Args:
        known: (n,) vocabulary indices of the words.
        vectors: (n, D) float32 vectors of the words.
    """

    known: np.ndarray
    vectors: np.ndarray

    @property
    def size(self) -> int:
        """Dimension D of the vectors."""
        return int(self.vectors.shape[1])

    @classmethod
    def read(cls, path: Path, index_of: Mapping[str, int]) -> WordVectors:
        """Read the vectors of a vocabulary's words; if the file has a word twice, its first vector counts.

        Args:
            path: Path of the file, in UTF-8.
            index_of: Word → its index in the vocabulary.

        Raises:
            DataError: The file cannot be read, is not a word vector file, or has none of the words.
        """
        vectors: dict[int, np.ndarray] = {}
        for line, word, values, size in _entries(path):
            index = index_of.get(word)
            if index is not None and index not in vectors:
                vectors[index] = _vector(values, size, path, line)
        if not vectors:
            raise DataError("none of the data's words has a vector in this file", file=str(path))
        return cls(np.array([*vectors]), np.stack([*vectors.values()]))


def words_with_vectors(path: Path, *, limit: int | None = None) -> list[str]:
    """Return the words of a word vector file in their order in the file; GloVe and fastText sort them by frequency.

    Args:
        path: Path of the file, in UTF-8.
        limit: Maximum number of words; None = as many as have vectors in `MEMORY_LIMIT`.

    Raises:
        DataError: The file cannot be read or is not a word vector file.
    """
    words: list[str] = []
    for _, word, _, size in _entries(path):
        if len(words) >= (MEMORY_LIMIT // (size * np.dtype(np.float32).itemsize) if limit is None else limit):
            break
        words.append(word)
    return words


def _entries(path: Path) -> Iterator[tuple[int, str, str, int]]:
    """Yield line number, word, vector as text and its dimension, for every line with a single word.

    Raises:
        DataError: The file cannot be read, or a line has too few values or is too long.
    """
    size: int | None = None
    line = 0
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as stream:
            while text := stream.readline(LONGEST_LINE):
                line += 1
                if len(text) == LONGEST_LINE:
                    message = f"expected a word and its vector, got a line of more than {LONGEST_LINE:,} characters"
                    raise DataError(message, code="too_large", file=str(path), line=line)
                word, _, values = text.rstrip().partition(" ")
                if size is None:
                    size, is_header = _size(word, values, path)
                    if is_header:
                        continue
                count = values.count(" ") + 1 if values else 0
                if count < size and word:
                    raise _not_a_vector(values, size, path, line)
                if count == size:  # otherwise the word has spaces and cannot be a token
                    yield line, word, values, size
    except OSError as error:
        raise unreadable(path, error) from error


def _size(word: str, values: str, path: Path) -> tuple[int, bool]:
    """Return the dimension of the vectors by the first line, and whether that is a header `<words> <dimension>`."""
    if word.isdecimal() and values.isdecimal() and len(values) < 10:
        return int(values), True
    size = values.count(" ") + 1
    _vector(values, size, path, 1)
    return size, False


def _vector(values: str, size: int, path: Path, line: int) -> np.ndarray:
    try:
        vector = np.array(values.split(" "), dtype=np.float32)
    except ValueError:
        vector = np.empty(0, np.float32)
    if len(vector) != size or not np.isfinite(vector).all():
        raise _not_a_vector(values, size, path, line)
    return vector


def _not_a_vector(values: str, size: int, path: Path, line: int) -> DataError:
    excerpt = values[:40] + ("…" if len(values) > 40 else "")
    return DataError(
        f"expected a word and {size} numbers, got {excerpt!r}", code="wrong_format", file=str(path), line=line
    )
