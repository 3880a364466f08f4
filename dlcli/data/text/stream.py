"""Continuous text: one long text that is read from beginning to end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dlcli.core import ConfigError, DataError, formatting
from dlcli.data.text.text_file import BLOCK
from dlcli.data.text.texts import Sentences, Texts
from dlcli.settings import SplitOptions

#: number of bytes to search backward for a space, so that a cut falls between words
LONGEST_WORD = 1 << 10

_IS_SPACE = np.isin(np.arange(256), [*b" \t\n\v\f\r"])

#: options that need separate examples, which continuous text does not have
_NOT_FOR_STREAMS = ("stratify", "group_by", "order_by", "indices", "train_dev", "train_limit")


@dataclass(frozen=True)
class TextStream:
    """A continuous text, or a part of it.

    Args:
        content: (bytes,) uint8 text in UTF-8, possibly memory-mapped.
    """

    content: np.ndarray

    def __len__(self) -> int:
        return len(self.content)

    @property
    def size(self) -> int:
        """Number of bytes of the text."""
        return len(self)

    def take(self, rows: np.ndarray) -> TextStream:
        """Return the part between two bytes; `rows` is (2,) first byte and stop byte."""
        start, stop = rows.tolist()
        return TextStream(self.content[start:stop])

    def chunks(self) -> Iterator[str]:
        """Yield the text in chunks cut before spaces, so that it need not be in memory."""
        start = 0
        while start < len(self):
            stop = self.cut(start + BLOCK)
            yield self.content[start:stop].tobytes().decode("utf-8", "surrogatepass").replace("\r\n", "\n")
            start = stop

    def lines(self) -> Iterator[str]:
        """Yield the lines of the text with their line ends, without the text being in memory."""
        rest = ""
        for chunk in self.chunks():
            *whole, rest = (rest + chunk).split("\n")
            yield from (f"{line}\n" for line in whole)
        if rest:
            yield rest

    def cut(self, position: int) -> int:
        """Return the last position up to `position` between a word and a space; else one between characters."""
        if position >= len(self):
            return len(self)
        first = max(position - LONGEST_WORD, 0)
        nearby = self.content[first : position + 1]
        space = _IS_SPACE[nearby]
        ends_of_words = np.flatnonzero(space[1:] & ~space[:-1])
        if len(ends_of_words):
            return first + 1 + int(ends_of_words[-1])
        begins_character = np.flatnonzero((nearby & 0xC0) != 0x80)
        return first + int(begins_character[-1])

    def divide(self, shares: Mapping[str, float]) -> dict[str, np.ndarray]:
        """Divide the text into consecutive parts: split → (2,) first byte and stop byte.

        Args:
            shares: Split → its share, in the order of the text.

        Raises:
            DataError: The text is too short for one of the splits.
        """
        present = {name: share for name, share in shares.items() if share > 0}
        ends = np.cumsum([*present.values()]) / sum(present.values()) * len(self)
        bounds = [0, *(self.cut(round(end)) for end in ends[:-1].tolist()), len(self)]
        parts = {name: np.array(part) for name, part in zip(present, pairwise(bounds), strict=True)}
        for name, (start, stop) in parts.items():
            if start >= stop:
                raise DataError(
                    f"the {name} split would be empty: the text has {formatting.count(len(self), 'byte')}",
                    code="too_few_examples",
                    key="",
                )
        return parts


#: every type in which readers return texts
TextInputs = Texts | Sentences | TextStream


def check_divisible(options: SplitOptions) -> None:
    """Reject options that do not divide continuous text in its order.

    Raises:
        ConfigError: Such an option is set; the key names it.
    """
    for option in _NOT_FOR_STREAMS:
        if getattr(options, option):
            message = "continuous text is divided in order: first train, then dev, then test; use only shares or files"
            raise ConfigError(message, code="not_applicable", key=option)
