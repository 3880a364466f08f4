"""The tokens that a model knows, each with its number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dlcli.core import DataError

#: fills up short sequences; stands for what the training set does not have; begins and ends a text
SPECIAL_TOKENS = ("<PAD>", "<UNK>", "<BOS>", "<EOS>")
PAD, UNK, BOS, EOS = range(4)


@dataclass(frozen=True)
class Vocabulary:
    """Tokens in the order of their numbers: the special ones, then the others from frequent to rare.

    Args:
        tokens: (V,) all of them, `<PAD>` first.
        counts: (V,) how often each is in the training set; `<UNK>` stands there for all that were left out, `<EOS>` for
            the ends of its texts.
    """

    tokens: tuple[str, ...]
    counts: tuple[int, ...]

    @classmethod
    def fit(
        cls, counts: Mapping[str, int], *, min_count: int = 1, max_size: int | None = None, num_texts: int = 0
    ) -> Vocabulary:
        """The tokens that are frequent enough; of equally frequent ones, the first in the alphabet.

        Args:
            counts: token → how often the training set has it.
            min_count: how often a token must be there.
            max_size: how many are kept at most, the special ones not counted; None = all.
            num_texts: how many texts end.

        Raises:
            DataError: none is left.
        """
        ordered = sorted(
            ((token, count) for token, count in counts.items() if token not in SPECIAL_TOKENS and count >= min_count),
            key=lambda entry: (-entry[1], entry[0]),
        )[:max_size]
        if not ordered:
            most = max(counts.values(), default=0)
            found = f"no token is {min_count} times in the training set; the most frequent is there {most} times"
            raise DataError(found, code="too_few_examples", key="vocabulary.min_count")
        kept = sum(count for _, count in ordered)
        begins, ends = counts.get(SPECIAL_TOKENS[BOS], 0), counts.get(SPECIAL_TOKENS[EOS], 0)
        special = (0, sum(counts.values()) - kept - begins - ends, begins, num_texts + ends)
        return cls((*SPECIAL_TOKENS, *(token for token, _ in ordered)), (*special, *(count for _, count in ordered)))

    def extended(self, words: Iterable[str], max_size: int | None = None) -> Vocabulary:
        """The same tokens, and behind them words that the training set does not have.

        Args:
            words: the words; those that are known already are passed over.
            max_size: number of all tokens at most, the special ones not counted; None means no limit.
        """
        new = [word for word in dict.fromkeys(words) if word not in self.numbers]
        if max_size is not None:
            new = new[: max(max_size + len(SPECIAL_TOKENS) - len(self), 0)]
        return Vocabulary((*self.tokens, *new), (*self.counts, *[0] * len(new)))

    @property
    def unseen(self) -> tuple[str, ...]:
        """The words that the training set does not have."""
        first = len(SPECIAL_TOKENS)
        return tuple(token for token, count in zip(self.tokens[first:], self.counts[first:], strict=True) if not count)

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Token → its number."""
        return {token: number for number, token in enumerate(self.tokens)}

    @cached_property
    def by_code_point(self) -> np.ndarray:
        """The number of each token of one character, at the place of its code point; `<UNK>` elsewhere."""
        characters = {ord(token): number for token, number in self.numbers.items() if len(token) == 1}
        table = np.full(max(characters, default=0) + 2, UNK, dtype=np.int32)  # the last one is for all beyond
        table[[*characters]] = [*characters.values()]
        return table

    def indices(self, tokens: Iterable[str]) -> np.ndarray:
        """(T,) int32 numbers of tokens; `<UNK>` for what is not among them."""
        known = self.numbers.get
        return np.array([known(token, UNK) for token in tokens], dtype=np.int32)

    def lookup(self, indices: Sequence[int] | np.ndarray) -> list[str]:
        """The tokens of some numbers."""
        return [self.tokens[index] for index in np.asarray(indices).tolist()]

    def to_json(self) -> dict[str, Any]:
        return {"tokens": list(self.tokens), "counts": list(self.counts)}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Vocabulary:
        return cls(tuple(document["tokens"]), tuple(document["counts"]))
