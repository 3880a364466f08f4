"""The tokens that a model knows, each with its index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dlcli.core import DataError, formatting

#: padding of short sequences; tokens that the training set does not have; begin and end of a text
SPECIAL_TOKENS = ("<PAD>", "<UNK>", "<BOS>", "<EOS>")
PAD, UNK, BOS, EOS = range(4)


@dataclass(frozen=True)
class Vocabulary:
    """Tokens in the order of their indices: the special tokens, then the others from frequent to rare.

    Args:
        tokens: (V,) all tokens, `<PAD>` first.
        counts: (V,) frequency of each token in the training set; that of `<UNK>` counts all tokens that were left out,
            that of `<EOS>` the ends of texts.
    """

    tokens: tuple[str, ...]
    counts: tuple[int, ...]

    @classmethod
    def fit(
        cls, counts: Mapping[str, int], *, min_count: int = 1, max_size: int | None = None, num_texts: int = 0
    ) -> Vocabulary:
        """Keep the most frequent tokens; of equally frequent tokens, the alphabetically first.

        Args:
            counts: Token → its frequency in the training set.
            min_count: Minimum frequency of a token.
            max_size: Maximum number of tokens, without the special ones; None = no limit.
            num_texts: Number of texts that end with `<EOS>`.

        Raises:
            DataError: No token is left.
        """
        ordered = sorted(
            ((token, count) for token, count in counts.items() if token not in SPECIAL_TOKENS and count >= min_count),
            key=lambda entry: (-entry[1], entry[0]),
        )[:max_size]
        if not ordered:
            most = max(counts.values(), default=0)
            least, times = formatting.count(min_count, "time"), formatting.count(most, "time")
            message = f"no token occurs {least} in the training set; the most frequent occurs {times}"
            raise DataError(message, code="too_few_examples", key="vocabulary.min_count")
        known = sum(count for _, count in ordered)
        begins, ends = counts.get(SPECIAL_TOKENS[BOS], 0), counts.get(SPECIAL_TOKENS[EOS], 0)
        special = (0, sum(counts.values()) - known - begins - ends, begins, num_texts + ends)
        return cls((*SPECIAL_TOKENS, *(token for token, _ in ordered)), (*special, *(count for _, count in ordered)))

    def extended(self, words: Iterable[str], max_size: int | None = None) -> Vocabulary:
        """Append words that the training set does not have.

        Args:
            words: Words to append; words that are already in the vocabulary are skipped.
            max_size: Maximum number of all tokens, without the special ones; None = no limit.
        """
        new = [word for word in dict.fromkeys(words) if word not in self.index_of]
        if max_size is not None:
            new = new[: max(max_size + len(SPECIAL_TOKENS) - len(self), 0)]
        return Vocabulary((*self.tokens, *new), (*self.counts, *[0] * len(new)))

    @property
    def unseen(self) -> tuple[str, ...]:
        """Words that the training set does not have."""
        first = len(SPECIAL_TOKENS)
        return tuple(token for token, count in zip(self.tokens[first:], self.counts[first:], strict=True) if not count)

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def index_of(self) -> dict[str, int]:
        """Token → its index."""
        return {token: index for index, token in enumerate(self.tokens)}

    @cached_property
    def by_code_point(self) -> np.ndarray:
        """(points,) int32 index of each one-character token at its code point; `<UNK>` elsewhere."""
        characters = {ord(token): index for token, index in self.index_of.items() if len(token) == 1}
        table = np.full(max(characters, default=0) + 2, UNK, dtype=np.int32)  # the last entry: larger code points
        table[[*characters]] = [*characters.values()]
        return table

    def indices(self, tokens: Iterable[str]) -> np.ndarray:
        """Return the (T,) int32 indices of tokens; `<UNK>` for tokens that are not in the vocabulary."""
        index_of = self.index_of.get
        return np.array([index_of(token, UNK) for token in tokens], dtype=np.int32)

    def lookup(self, indices: Sequence[int] | np.ndarray) -> list[str]:
        """Return the tokens at the given indices."""
        return [self.tokens[index] for index in np.asarray(indices).tolist()]

    def to_json(self) -> dict[str, Any]:
        return {"tokens": list(self.tokens), "counts": list(self.counts)}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Vocabulary:
        return cls(tuple(document["tokens"]), tuple(document["counts"]))
