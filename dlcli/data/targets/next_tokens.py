"""The next token at each step of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import ConfigError, register
from dlcli.data.examples import Examples
from dlcli.data.rows import Rows
from dlcli.data.targets.target import FitOptions, Targets
from dlcli.data.text.stream import TextInputs
from dlcli.data.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class TextSizes(Rows):
    """Sizes of N texts, to which the nats of a language model are compared.

    Args:
        tokens: Number of predicted tokens (N,).
        characters: Number of characters of these tokens (N,); the end of a text and an unknown token count as one.
        unigram_nats: −log p of each text (N,) under the frequencies of the tokens in the training set.
    """

    tokens: np.ndarray
    characters: np.ndarray
    unigram_nats: np.ndarray


@register("targets", "tokens")
@dataclass(frozen=True)
class NextTokens(Targets):
    """The next token at each step of a text; the tokens are the classes.

    Args:
        vocabulary: Vocabulary of the text.
    """

    plural: ClassVar[str] = "tokens"
    per_step: ClassVar[bool] = True
    predicts_inputs: ClassVar[bool] = True
    vocabulary: Vocabulary

    @classmethod
    def recognizes(cls, examples: Examples) -> bool:
        return examples.targets is None and isinstance(examples.inputs, TextInputs)

    @classmethod
    def fit(cls, examples: Examples, rows: np.ndarray, options: FitOptions) -> NextTokens:  # noqa: ARG003
        if options.vocabulary is None:
            raise ConfigError(
                "the inputs of this data are not texts, so there is no next token to predict",
                code="not_applicable",
                key="targets",
            )
        return cls(options.vocabulary)

    def encode(self, examples: Examples, rows: np.ndarray, split: str) -> None:
        """Return None: the targets are part of the text."""

    def describe(self, encoded: np.ndarray) -> list[str]:
        return [self.vocabulary.tokens[index] for index in encoded.tolist()]

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.registered_name}

    @classmethod
    def from_json(cls, document: dict[str, Any], vocabulary: Vocabulary | None) -> NextTokens:  # noqa: ARG003
        if vocabulary is None:
            raise KeyError("vocabulary")
        return cls(vocabulary)
