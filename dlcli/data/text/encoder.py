"""From texts to the numbers of their tokens, as the training set has shown them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcli.core import ConfigError, under
from dlcli.data.data_paths import DataPaths
from dlcli.data.text.options import TextOptions
from dlcli.data.text.stream import TextInputs, TextStream
from dlcli.data.text.texts import Sentences, Texts
from dlcli.data.text.tokenizer import Tokenizer, tokenizer_from_json
from dlcli.data.text.vocabulary import Vocabulary
from dlcli.settings import TooLong, VocabularySettings


@dataclass(frozen=True)
class TextEncoder:
    """A tokenizer and a vocabulary; it is stored with the model.

    Args:
        tokenizer: that has learned what it learns.
        vocabulary: of the training set.
        max_length: tokens of an example that are used at most; None = all.
        too_long: what is done to an example that has more.
        window: tokens of a running text that are one example.
        longest: tokens of the longest example of the training set, `max_length` at most; of a running text, `window`.
        continuous: whether the training set was a running text.
    """

    tokenizer: Tokenizer
    vocabulary: Vocabulary
    max_length: int | None
    too_long: TooLong
    window: int
    longest: int
    continuous: bool

    @classmethod
    def fit(cls, inputs: TextInputs, options: TextOptions, data_paths: DataPaths) -> TextEncoder:
        """Learn from the training set.

        Raises:
            ConfigError: a limit for the vocabulary of a tokenizer that has its own.
            DataError: the vocabulary is empty, or a file of the tokenizer is missing.
        """
        settings = options.settings
        with under("tokenizer"):
            tokenizer = options.tokenizer.fit(plain_texts(inputs), data_paths)
        continuous = isinstance(inputs, TextStream)
        if isinstance(inputs, TextStream):
            counts, longest = tokenizer.count(inputs.chunks()), settings.window
        else:
            counts, longest = _count(tokenizer, inputs)
            longest = longest if settings.max_length is None else min(longest, settings.max_length)
        vocabulary = _vocabulary(tokenizer, counts, settings.vocabulary, num_texts=0 if continuous else len(inputs))
        if options.known_words and tokenizer.tokens is None:
            tokens = _single_tokens(options.known_words, tokenizer, inputs)
            vocabulary = vocabulary.extended(tokens, settings.vocabulary.max_size)
        limits = settings.max_length, settings.too_long, settings.window
        return cls(tokenizer, vocabulary, *limits, longest, continuous)

    def indices(self, text: str | Sequence[str]) -> np.ndarray:
        """(T,) int32 numbers of the tokens of a text, or of the words of a sentence, all of them."""
        if isinstance(text, str):
            return self.tokenizer.indices(text, self.vocabulary)
        return self.vocabulary.indices(map(self.tokenizer.normalize, text))

    def decode(self, indices: Sequence[int] | np.ndarray) -> str:
        """The text of some numbers."""
        return self.tokenizer.decode(self.vocabulary.lookup(indices))

    def to_json(self) -> dict[str, Any]:
        return {
            "tokenizer": self.tokenizer.to_json(),
            "vocabulary": self.vocabulary.to_json(),
            "max_length": self.max_length,
            "too_long": self.too_long,
            "window": self.window,
            "longest": self.longest,
            "continuous": self.continuous,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> TextEncoder:
        fields = {
            "tokenizer": tokenizer_from_json(document["tokenizer"]),
            "vocabulary": Vocabulary.from_json(document["vocabulary"]),
        }
        return cls(**(document | fields))


def plain_texts(inputs: TextInputs) -> Iterator[str]:
    """All texts, a long one a piece at a time, and sentences with spaces between their words."""
    if isinstance(inputs, TextStream):
        yield from inputs.chunks()
    elif isinstance(inputs, Sentences):
        yield from map(" ".join, inputs)
    else:
        yield from inputs


def _count(tokenizer: Tokenizer, inputs: Texts | Sentences) -> tuple[Counter[str], int]:
    """How often each token is there, and how many the longest example has."""
    counts: Counter[str] = Counter()
    longest = 1
    for text in inputs:
        tokens = tokenizer.encode(text) if isinstance(text, str) else [*map(tokenizer.normalize, text)]
        counts.update(tokens)
        longest = max(longest, len(tokens))
    return counts, longest


def _single_tokens(words: Sequence[str], tokenizer: Tokenizer, inputs: TextInputs) -> Iterator[str]:
    """Those of the words that can be tokens."""
    if isinstance(inputs, Sentences):
        return (word for word in words if tokenizer.normalize(word) == word)
    return (word for word in words if tokenizer.encode(word) == [word])


def _vocabulary(
    tokenizer: Tokenizer, counts: Counter[str], settings: VocabularySettings, *, num_texts: int
) -> Vocabulary:
    if tokenizer.tokens is None:
        return Vocabulary.fit(counts, min_count=settings.min_count, max_size=settings.max_size, num_texts=num_texts)
    for option, is_default in (("min_count", settings.min_count == 1), ("max_size", settings.max_size is None)):
        if not is_default:
            found = "this tokenizer has its own vocabulary, whose size is an option of the tokenizer"
            raise ConfigError(found, code="conflicting_options", key=f"vocabulary.{option}")
    return Vocabulary.fit({token: counts[token] for token in tokenizer.tokens}, min_count=0, num_texts=num_texts)
