"""What every tokenizer does: cut a text into tokens, and put tokens together to a text."""

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
    """Cuts texts into tokens. Its keyword-only constructor parameters are its YAML options."""

    registry_kind: ClassVar[str] = "tokenizer"

    def fit(self, texts: Iterable[str], data_paths: DataPaths) -> Self:  # noqa: ARG002
        """The tokenizer that the texts of the training set lead to; this one, where there is nothing to learn.

        Args:
            texts: of the training set.
            data_paths: where files are looked for.
        """
        return self

    def fingerprint(self, data_paths: DataPaths) -> Mapping[str, str]:  # noqa: ARG002
        """File name → sha256 of the files that it is read from."""
        return {}

    @property
    def tokens(self) -> tuple[str, ...] | None:
        """Every token there is, where that is fixed by what was learned; None where the texts decide."""
        return None

    @abstractmethod
    def encode(self, text: str) -> list[str]:
        """The tokens of a text."""

    @abstractmethod
    def decode(self, tokens: Sequence[str]) -> str:
        """The text that the tokens make."""

    def normalize(self, word: str) -> str:
        """A word that is a token by decree of the data, as it stands in the vocabulary."""
        return word

    def count(self, texts: Iterable[str]) -> Counter[str]:
        """How often each token is in the texts."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(self.encode(text))
        return counts

    def indices(self, text: str, vocabulary: Vocabulary) -> np.ndarray:
        """(T,) int32: the tokens of a text as positions in the vocabulary."""
        return vocabulary.indices(self.encode(text))

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Options and what was learned, as plain values."""

    @classmethod
    @abstractmethod
    def restored(cls, state: dict[str, Any]) -> Self:
        """The tokenizer whose `state` this is."""

    def to_json(self) -> dict[str, Any]:
        return {"name": registry.name_of("tokenizer", type(self)), **self.state()}


def tokenizer_from_json(document: dict[str, Any]) -> Tokenizer:
    """The tokenizer that `to_json` described."""
    state = dict(document)
    tokenizer_class = registry.lookup("tokenizer", state.pop("name"))
    assert isinstance(tokenizer_class, type) and issubclass(tokenizer_class, Tokenizer)
    return tokenizer_class.restored(state)
