"""The section `data.text`: how texts become numbers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dlcli.core import NonNegativeInt, PositiveInt
from dlcli.spec.component import ComponentSpec, OfKind
from dlcli.spec.section import Section

Tokenizer = Annotated[ComponentSpec, OfKind("tokenizer")]


class VocabularySection(Section):
    """Which tokens a model knows: those of the training set, and words with published vectors; others are <UNK> to it.

    Args:
        min_count: how often the training set must have a token.
        max_size: how many are known at most, the most frequent ones; <PAD>, <UNK>, <BOS> and <EOS> come on top; null =
            all.
        vector_words: number of words from the beginning of the model's file of vectors that are known even if the
            training set lacks them; null = all where the vectors are not trained (up to 256 MiB), else none.
    """

    min_count: PositiveInt = 1
    max_size: PositiveInt | None = None
    vector_words: NonNegativeInt | None = None


class TextSection(Section):
    """How texts become numbers: cut into tokens, which are numbered as the training set has them.

    Args:
        tokenizer: what cuts them, such as character, word or byte_pair.
        vocabulary: which tokens are known.
        max_length: how many tokens of an example are used at most; null = all.
        too_long: Treatment of longer examples: truncate = cut off their end, error = stop.
        window: how many tokens of a running text are one example; each goes on where the one before it ended.
    """

    tokenizer: Tokenizer = ComponentSpec("tokenizer", "word")
    vocabulary: VocabularySection = Field(default_factory=VocabularySection)
    max_length: PositiveInt | None = None
    too_long: Literal["truncate", "error"] = "truncate"
    window: PositiveInt = 64
