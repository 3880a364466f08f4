"""The section `data.text` without its tokenizer: the vocabulary and the length of examples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dlcli.core import NonNegativeInt, PositiveInt

TooLong = Literal["truncate", "error"]


@dataclass(frozen=True, kw_only=True)
class VocabularySettings:
    """Vocabulary: tokens of the training set and words with pretrained vectors; other tokens become <UNK>.

    Args:
        min_count: Minimum number of occurrences of a token in the training set.
        max_size: Maximum number of tokens, the most frequent ones, not counting <PAD>, <UNK>, <BOS> and <EOS>; null =
            all.
        vector_words: Number of words from the beginning of the model's word vector file to add to the vocabulary,
            even if the training set lacks them; null = all if the vectors are not trained (up to 256 MiB), else none.
    """

    min_count: PositiveInt = 1
    max_size: PositiveInt | None = None
    vector_words: NonNegativeInt | None = None


@dataclass(frozen=True, kw_only=True)
class TextSettings:
    """Conversion of tokens to numbers.

    Args:
        vocabulary: Tokens in the vocabulary.
        max_length: Maximum number of tokens of an example; null = no limit.
        too_long: Treatment of longer examples: truncate = remove their end, error = stop.
        window: Number of consecutive tokens of a continuous text in an example; examples do not overlap.
    """

    vocabulary: VocabularySettings = field(default_factory=VocabularySettings)
    max_length: PositiveInt | None = None
    too_long: TooLong = "truncate"
    window: PositiveInt = 64
