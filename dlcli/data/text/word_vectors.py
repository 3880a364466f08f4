"""Published word vectors: text files with a word and its numbers on each line, like those of GloVe and fastText."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.data.places import unreadable
from dlcli.errors import DataError


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
        size = 0
        try:
            with path.open(encoding="utf-8", errors="replace", newline="\n") as stream:
                for line, (word, values) in enumerate(_entries(stream), start=1):
                    if line == 1:
                        size = values.count(" ") + 1
                        if size == 1 and word.isdigit() and values.isdigit():  # "<words> <numbers each>"
                            size = int(values)
                            continue
                    number = numbers.get(word)
                    is_whole = values.count(" ") < size  # else the word goes on behind a space
                    if number is not None and number not in found and is_whole:
                        found[number] = _vector(values, size, path, line)
        except OSError as error:
            raise unreadable(path, error) from error
        if not found:
            raise DataError("none of the data's words has a vector in this file", file=str(path))
        return cls(np.array([*found]), np.stack([*found.values()]))


def _entries(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        word, _, values = line.rstrip().partition(" ")
        yield word, values


def _vector(values: str, size: int, path: Path, line: int) -> np.ndarray:
    try:
        vector = np.array(values.split(" "), dtype=np.float32)
    except ValueError:
        vector = np.empty(0, np.float32)
    if len(vector) != size or not np.isfinite(vector).all():
        shown = values[:40] + ("…" if len(values) > 40 else "")
        raise DataError(f"expected a word and {size} numbers, found {shown!r}", file=str(path), line=line)
    return vector
