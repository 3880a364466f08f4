"""Tokenizers of the library `tokenizers`: made for large corpora, and the form in which published ones come."""

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

    Needs the library: pip install 'dlcli[text]'. A learned one knows all bytes, so that no character is unknown.

    Args:
        path: a tokenizer.json; null = learn one.
        vocabulary_size: how many tokens are learned, the 256 bytes included.
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
        made = self._trained(texts) if self.path is None else _read(data_paths.find(self.path))
        return type(self)(json.loads(made.to_str()), path=self.path, vocabulary_size=self.vocabulary_size)

    def fingerprint(self, data_paths: DataPaths) -> Mapping[str, str]:
        if self.path is None:
            return {}
        path = data_paths.find(self.path)
        return {path.name: sha256(path)}

    def _trained(self, texts: Iterable[str]) -> Any:
        library = _library()
        bytes_of_text = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = bytes_of_text.alphabet()
        if self.vocabulary_size < len(alphabet):
            found = f"at least {len(alphabet)}, one for each byte, not {self.vocabulary_size}"
            raise ConfigError(found, key="vocabulary_size")
        tokenizer = library.Tokenizer(library.models.BPE())
        tokenizer.pre_tokenizer = bytes_of_text
        tokenizer.decoder = library.decoders.ByteLevel()
        trainer = library.trainers.BpeTrainer(
            vocab_size=self.vocabulary_size, initial_alphabet=alphabet, show_progress=False
        )
        tokenizer.train_from_iterator(texts, trainer)
        return tokenizer

    @property
    def tokens(self) -> tuple[str, ...]:
        numbers = self._fitted.get_vocab()
        return tuple(sorted(numbers, key=numbers.__getitem__))

    def encode(self, text: str) -> list[str]:
        tokens: list[str] = self._fitted.encode(text, add_special_tokens=False).tokens
        return tokens

    def decode(self, tokens: Sequence[str]) -> str:
        decoder = self._fitted.decoder
        return " ".join(tokens) if decoder is None else str(decoder.decode(list(tokens)))

    @property
    def _fitted(self) -> Any:
        assert self._tokenizer is not None, "a tokenizer is fit before it is used"
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
        found = "needs the library tokenizers: pip install 'dlcli[text]'; byte_pair needs nothing"
        raise ConfigError(f"hugging_face {found}", code="missing_package", key="") from error


def _read(path: Path) -> Any:
    library = _library()
    try:
        return library.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing more special
        raise DataError(
            f"not a tokenizer: {' '.join(str(error).split())}", code="wrong_format", file=str(path)
        ) from error
