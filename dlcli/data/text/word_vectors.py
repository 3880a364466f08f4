"""Published word vectors: text files with a word and its numbers on each line, like those of GloVe and fastText."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.core import DataError
from dlcli.data.data_paths import unreadable

#: of all vectors that are kept for words the training set does not have; bytes
MEMORY_LIMIT = 1 << 28
#: of a line; characters
LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class WordVectors:
    """The vectors of those words of a vocabulary that a file has.

    Args:
        known: (n,) numbers of the words.
        vectors: (n, D) float32.
    """

    known: np.ndarray
    vectors: np.ndarray

    @property
    def size(self) -> int:
        """D, how many numbers a vector has."""
        return int(self.vectors.shape[1])

    @classmethod
    def read(cls, path: Path, numbers: Mapping[str, int]) -> WordVectors:
        """Look the words up in a file; of a word that stands there twice, the first vector counts.

        Args:
            path: of the file, in UTF-8.
            numbers: word → its number in the vocabulary.

        Raises:
            DataError: the file cannot be read, is no such file, or has none of the words.
        """
        found: dict[int, np.ndarray] = {}
        for line, word, values, size in _entries(path):
            number = numbers.get(word)
            if number is not None and number not in found:
                found[number] = _vector(values, size, path, line)
        if not found:
            raise DataError("none of the data's words has a vector in this file", file=str(path))
        return cls(np.array([*found]), np.stack([*found.values()]))


def words_with_vectors(path: Path, *, limit: int | None = None) -> list[str]:
    """The words of a file of vectors in its order, which in the files of GloVe and fastText is that of their frequency.

    Args:
        path: path of the file, in UTF-8.
        limit: number of words at most; None means as many as have vectors in `MEMORY_LIMIT`.

    Raises:
        DataError: the file cannot be read or is no such file.
    """
    words: list[str] = []
    for _, word, _, size in _entries(path):
        if len(words) >= (MEMORY_LIMIT // (size * np.dtype(np.float32).itemsize) if limit is None else limit):
            break
        words.append(word)
    return words


def _entries(path: Path) -> Iterator[tuple[int, str, str, int]]:
    """Number of the line, word, numbers and how many numbers there should be, of every line with a single word.

    Raises:
        DataError: the file cannot be read, or a line has too few numbers or no end.
    """
    size: int | None = None
    line = 0
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as stream:
            while text := stream.readline(LONGEST_LINE):
                line += 1
                if len(text) == LONGEST_LINE:
                    message = f"expected a word and its numbers, found a line of more than {LONGEST_LINE:,} characters"
                    raise DataError(message, code="too_large", file=str(path), line=line)
                word, _, values = text.rstrip().partition(" ")
                if size is None:
                    size, is_header = _size(word, values, path)
                    if is_header:
                        continue
                count = values.count(" ") + 1 if values else 0
                if count < size and word:
                    raise _not_a_vector(values, size, path, line)
                if count == size:  # else the word has spaces, and is no token
                    yield line, word, values, size
    except OSError as error:
        raise unreadable(path, error) from error


def _size(word: str, values: str, path: Path) -> tuple[int, bool]:
    """How many numbers a vector has, by the first line, and whether that is a header: `<words> <numbers each>`."""
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
    shown = values[:40] + ("…" if len(values) > 40 else "")
    return DataError(
        f"expected a word and {size} numbers, found {shown!r}", code="wrong_format", file=str(path), line=line
    )
