"""The encoder that turns texts into token indices, fit on the training set."""

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
        tokenizer: Fitted tokenizer.
        vocabulary: Vocabulary of the training set.
        max_length: Maximum number of tokens of an example; None = no limit.
        too_long: What to do with an example that has more tokens.
        window: Number of tokens of continuous text in one example.
        longest: Number of tokens of the longest training example, `max_length` at most; `window` for continuous text.
        continuous: Whether the training set is continuous text.
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
        """Fit the tokenizer and the vocabulary on the training set.

        Raises:
            ConfigError: The config limits the vocabulary of a tokenizer that has a fixed one.
            DataError: The vocabulary is empty, or a file of the tokenizer is missing.
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
        """Return the (T,) int32 indices of all tokens of a text, or of all words of a sentence."""
        if isinstance(text, str):
            return self.tokenizer.indices(text, self.vocabulary)
        return self.vocabulary.indices(map(self.tokenizer.normalize, text))

    def decode(self, indices: Sequence[int] | np.ndarray) -> str:
        """Return the text that token indices stand for."""
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
    """Yield all texts: continuous text in chunks, and sentences as words joined by spaces."""
    if isinstance(inputs, TextStream):
        yield from inputs.chunks()
    elif isinstance(inputs, Sentences):
        yield from map(" ".join, inputs)
    else:
        yield from inputs


def _count(tokenizer: Tokenizer, inputs: Texts | Sentences) -> tuple[Counter[str], int]:
    """Return the count of each token and the number of tokens of the longest example."""
    counts: Counter[str] = Counter()
    longest = 1
    for text in inputs:
        tokens = tokenizer.encode(text) if isinstance(text, str) else [*map(tokenizer.normalize, text)]
        counts.update(tokens)
        longest = max(longest, len(tokens))
    return counts, longest


def _single_tokens(words: Sequence[str], tokenizer: Tokenizer, inputs: TextInputs) -> Iterator[str]:
    """Yield the words that the tokenizer keeps as single tokens."""
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
            message = "this tokenizer has its own vocabulary; set the size with an option of the tokenizer"
            raise ConfigError(message, code="conflicting_options", key=f"vocabulary.{option}")
    return Vocabulary.fit({token: counts[token] for token in tokenizer.tokens}, min_count=0, num_texts=num_texts)
