"""Tokenizers of the library `tokenizers`: fast on large corpora, and the format of published tokenizers."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from dlcli.core import ConfigError, DataError, PositiveInt, register
from dlcli.data.data_paths import DataPaths, sha256
from dlcli.data.text.tokenizer import Tokenizer


@register("tokenizer", "hugging_face")
class HuggingFace(Tokenizer):
    """A published tokenizer from its tokenizer.json, or byte-level byte-pair encoding learned from the training set.

    Requires the library: pip install 'dlcli[text]'. A learned tokenizer has all bytes, so no character is unknown.

    Args:
        path: Path of a tokenizer.json; null = learn a tokenizer.
        vocabulary_size: Number of tokens to learn, including the 256 bytes.
    """

    def __init__(
        self,
        description: dict[str, Any] | None = None,
        /,
        *,
        path: str | None = None,
        vocabulary_size: PositiveInt = 8000,
    ) -> None:
        self.path = path
        self.vocabulary_size = vocabulary_size
        self.description = description
        self._tokenizer = None if description is None else _library().Tokenizer.from_str(json.dumps(description))

    def fit(self, texts: Iterable[str], data_paths: DataPaths) -> Self:
        tokenizer = self._train(texts) if self.path is None else _read(data_paths.find(self.path))
        return type(self)(json.loads(tokenizer.to_str()), path=self.path, vocabulary_size=self.vocabulary_size)

    def fingerprint(self, data_paths: DataPaths) -> Mapping[str, str]:
        if self.path is None:
            return {}
        path = data_paths.find(self.path)
        return {path.name: sha256(path)}

    def _train(self, texts: Iterable[str]) -> Any:
        library = _library()
        byte_level = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = byte_level.alphabet()
        if self.vocabulary_size < len(alphabet):
            message = f"expected at least {len(alphabet)} tokens, one for each byte, got {self.vocabulary_size}"
            raise ConfigError(message, code="out_of_range", key="vocabulary_size")
        tokenizer = library.Tokenizer(library.models.BPE())
        tokenizer.pre_tokenizer = byte_level
        tokenizer.decoder = library.decoders.ByteLevel()
        trainer = library.trainers.BpeTrainer(
            vocab_size=self.vocabulary_size, initial_alphabet=alphabet, show_progress=False
        )
        tokenizer.train_from_iterator(texts, trainer)
        return tokenizer

    @property
    def tokens(self) -> tuple[str, ...]:
        indices = self._fitted.get_vocab()
        return tuple(sorted(indices, key=indices.__getitem__))

    def encode(self, text: str) -> list[str]:
        tokens: list[str] = self._fitted.encode(text, add_special_tokens=False).tokens
        return tokens

    def decode(self, tokens: Sequence[str]) -> str:
        decoder = self._fitted.decoder
        return " ".join(tokens) if decoder is None else str(decoder.decode(list(tokens)))

    @property
    def _fitted(self) -> Any:
        assert self._tokenizer is not None, "call fit first"
        return self._tokenizer

    def state(self) -> dict[str, Any]:
        return {"path": self.path, "vocabulary_size": self.vocabulary_size, "description": self.description}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> Self:
        return cls(state["description"], path=state["path"], vocabulary_size=state["vocabulary_size"])


def _library() -> Any:
    try:
        return importlib.import_module("tokenizers")
    except ModuleNotFoundError as error:
        message = "hugging_face requires the library tokenizers: pip install 'dlcli[text]'; byte_pair works without it"
        raise ConfigError(message, code="missing_package", key="") from error


def _read(path: Path) -> Any:
    library = _library()
    try:
        return library.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises no narrower class
        raise DataError(
            f"not a tokenizer file: {' '.join(str(error).split())}", code="wrong_format", file=str(path)
        ) from error
