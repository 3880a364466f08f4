"""Text as a sequence of subwords: a frequent word is one token, a rare word several."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Self

from dlcli.core import PositiveInt, register
from dlcli.data.data_paths import DataPaths
from dlcli.data.text.merges import Pair, apply_merges, learn_merges
from dlcli.data.text.tokenizer import Tokenizer

#: merges stay within one piece: a word or a run of punctuation, each with the space before it, or another space
_PIECE = re.compile(r" ?\w+| ?[^\w\s]+|\s")

#: maximum number of pieces whose tokens are cached
MAX_CACHED = 1 << 18


@register("tokenizer", "byte_pair")
class BytePair(Tokenizer):
    """Subword tokens learned on the training set: the most frequent pairs of tokens become tokens (Sennrich 2016).

    Learning starts from single characters. Spaces and line ends are kept, so the tokens can be joined to exactly the
    original text. A character that the training set does not have is unknown.

    Args:
        merges: Number of pairs to learn; the vocabulary has this many tokens plus the characters.
    """

    def __init__(
        self, alphabet: Sequence[str] = (), pairs: Sequence[Pair] = (), /, *, merges: PositiveInt = 1000
    ) -> None:
        self.alphabet = tuple(alphabet)
        self.pairs = tuple(pairs)
        self.merges = merges
        self._ranks = {pair: rank for rank, pair in enumerate(self.pairs)}
        self._cache: dict[str, list[str]] = {}

    def fit(self, texts: Iterable[str], data_paths: DataPaths) -> Self:  # noqa: ARG002
        words: Counter[str] = Counter()
        for text in texts:
            words.update(_PIECE.findall(text))
        alphabet = sorted({character for word in words for character in word})
        return type(self)(alphabet, learn_merges(words, self.merges), merges=self.merges)

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.alphabet, *(first + second for first, second in self.pairs)]))

    def encode(self, text: str) -> list[str]:
        cache = self._cache
        result: list[str] = []
        for piece in _PIECE.findall(text):
            tokens = cache.get(piece)
            if tokens is None:
                tokens = apply_merges(piece, self._ranks)
                if len(cache) < MAX_CACHED:
                    cache[piece] = tokens
            result += tokens
        return result

    def decode(self, tokens: Sequence[str]) -> str:
        return "".join(tokens)

    def state(self) -> dict[str, Any]:
        return {"merges": self.merges, "alphabet": list(self.alphabet), "pairs": [list(pair) for pair in self.pairs]}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> Self:
        pairs = [(first, second) for first, second in state["pairs"]]
        return cls(state["alphabet"], pairs, merges=state["merges"])
