"""The section `data.text` without its tokenizer: which tokens are known and how many make an example."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dlcli.core import NonNegativeInt, PositiveInt

TooLong = Literal["truncate", "error"]


@dataclass(frozen=True, kw_only=True)
class VocabularySettings:
    """Which tokens a model knows: those of the training set, and words with published vectors; others are <UNK> to it.

    Args:
        min_count: number of times that the training set must have a token.
        max_size: largest number of known tokens, the most frequent ones; <PAD>, <UNK>, <BOS> and <EOS> come on top;
            null = all.
        vector_words: number of words from the beginning of the model's file of vectors that are known even if the
            training set lacks them; null = all where the vectors are not trained (up to 256 MiB), else none.
    """

    min_count: PositiveInt = 1
    max_size: PositiveInt | None = None
    vector_words: NonNegativeInt | None = None


@dataclass(frozen=True, kw_only=True)
class TextSettings:
    """How tokens become numbers.

    Args:
        vocabulary: which tokens are known.
        max_length: largest number of tokens of an example that are used; null = all.
        too_long: treatment of longer examples: truncate = cut off their end, error = stop.
        window: number of tokens of a running text that are one example; each begins where the one before it ended.
    """

    vocabulary: VocabularySettings = field(default_factory=VocabularySettings)
    max_length: PositiveInt | None = None
    too_long: TooLong = "truncate"
    window: PositiveInt = 64
