"""One long text that is read from its beginning to its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dlcli.core import ConfigError, DataError
from dlcli.data.text.text_file import BLOCK
from dlcli.data.text.texts import Sentences, Texts
from dlcli.settings import SplitOptions

#: how far back a space is looked for so that no word is cut; bytes
LONGEST_WORD = 1 << 10

_IS_SPACE = np.isin(np.arange(256), [*b" \t\n\v\f\r"])

#: ways to divide examples that tear a text apart
_NOT_FOR_STREAMS = ("stratify", "group_by", "order_by", "indices", "train_dev", "train_limit")


@dataclass(frozen=True)
class TextStream:
    """A long text, or a part of it.

    Args:
        content: uint8, UTF-8, possibly memory-mapped.
    """

    content: np.ndarray

    def __len__(self) -> int:
        return len(self.content)

    @property
    def size(self) -> int:
        """Bytes of the text."""
        return len(self)

    def take(self, rows: np.ndarray) -> TextStream:
        """The part from a byte to another; `rows` are these two."""
        start, stop = rows.tolist()
        return TextStream(self.content[start:stop])

    def chunks(self) -> Iterator[str]:
        """The text a piece at a time, so that it need not be in memory; cut before spaces."""
        start = 0
        while start < len(self):
            stop = self.cut(start + BLOCK)
            yield self.content[start:stop].tobytes().decode("utf-8", "surrogatepass").replace("\r\n", "\n")
            start = stop

    def lines(self) -> Iterator[str]:
        """The lines of the text, each with its end, without the text being in memory."""
        rest = ""
        for chunk in self.chunks():
            *whole, rest = (rest + chunk).split("\n")
            yield from (f"{line}\n" for line in whole)
        if rest:
            yield rest

    def cut(self, place: int) -> int:
        """The last place up to `place` where a space follows a word; where there is none, one between characters."""
        if place >= len(self):
            return len(self)
        first = max(place - LONGEST_WORD, 0)
        nearby = self.content[first : place + 1]
        space = _IS_SPACE[nearby]
        ends_of_words = np.flatnonzero(space[1:] & ~space[:-1])
        if len(ends_of_words):
            return first + 1 + int(ends_of_words[-1])
        begins_character = np.flatnonzero((nearby & 0xC0) != 0x80)
        return first + int(begins_character[-1])

    def divide(self, shares: Mapping[str, float]) -> dict[str, np.ndarray]:
        """Parts one after the other: split → (2,) the byte it begins at and the byte behind it.

        Args:
            shares: split → share, in the order of the text.

        Raises:
            DataError: the text is too short for one of them.
        """
        present = {name: share for name, share in shares.items() if share > 0}
        ends = np.cumsum([*present.values()]) / sum(present.values()) * len(self)
        data_paths = [0, *(self.cut(round(end)) for end in ends[:-1].tolist()), len(self)]
        parts = {name: np.array(part) for name, part in zip(present, pairwise(data_paths), strict=True)}
        for name, (start, stop) in parts.items():
            if start >= stop:
                raise DataError(
                    f"the {name} split would be empty: the text has {len(self)} bytes",
                    code="too_few_examples",
                    key="",
                )
        return parts


#: every form in which texts are read
TextInputs = Texts | Sentences | TextStream


def check_divisible(options: SplitOptions) -> None:
    """Refuse what would tear a running text apart.

    Raises:
        ConfigError: at the option.
    """
    for option in _NOT_FOR_STREAMS:
        if getattr(options, option):
            found = (
                "a running text is divided in its order: first train, then dev, then test; only shares and files fit"
            )
            raise ConfigError(found, code="not_applicable", key=option)
