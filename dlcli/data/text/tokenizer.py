"""Base class of tokenizers, which split a text into tokens and join tokens to a text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from dlcli.core import registry
from dlcli.data.data_paths import DataPaths
from dlcli.data.text.vocabulary import Vocabulary


class Tokenizer(ABC):
    """Splits texts into tokens. Its keyword-only constructor parameters are its YAML options."""

    registry_kind: ClassVar[str] = "tokenizer"

    def fit(self, texts: Iterable[str], data_paths: DataPaths) -> Self:  # noqa: ARG002
        """Return the tokenizer fit on the training set; this tokenizer if it has nothing to learn.

        Args:
            texts: Texts of the training set.
            data_paths: Folders to look for files in.
        """
        return self

    def fingerprint(self, data_paths: DataPaths) -> Mapping[str, str]:  # noqa: ARG002
        """Return file name → SHA-256 of the files that the tokenizer is read from."""
        return {}

    @property
    def tokens(self) -> tuple[str, ...] | None:
        """All tokens, if fitting fixes them; None if the vocabulary takes them from the training texts."""
        return None

    @abstractmethod
    def encode(self, text: str) -> list[str]:
        """Split a text into tokens."""

    @abstractmethod
    def decode(self, tokens: Sequence[str]) -> str:
        """Join tokens to a text."""

    def normalize(self, word: str) -> str:
        """Return the vocabulary's form of a word that the data already has as one token."""
        return word

    def count(self, texts: Iterable[str]) -> Counter[str]:
        """Count each token of the texts."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(self.encode(text))
        return counts

    def indices(self, text: str, vocabulary: Vocabulary) -> np.ndarray:
        """Return the (T,) int32 vocabulary indices of the tokens of a text."""
        return vocabulary.indices(self.encode(text))

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Return the options and the fitted state as plain values."""

    @classmethod
    @abstractmethod
    def restored(cls, state: dict[str, Any]) -> Self:
        """Create the tokenizer from its `state`."""

    def to_json(self) -> dict[str, Any]:
        return {"name": registry.name_of("tokenizer", type(self)), **self.state()}


def tokenizer_from_json(document: dict[str, Any]) -> Tokenizer:
    """Create a tokenizer from the document of its `to_json`."""
    state = dict(document)
    tokenizer_class = registry.lookup("tokenizer", state.pop("name"))
    assert isinstance(tokenizer_class, type) and issubclass(tokenizer_class, Tokenizer)
    return tokenizer_class.restored(state)
