"""The section `data.text`: tokenization and vocabulary of texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from dlcli.core import Inline
from dlcli.settings import TextSettings
from dlcli.spec.component import ComponentField, ComponentSpec

_WORD, _DEFAULTS = ComponentSpec("tokenizer", "word"), TextSettings()


@dataclass(frozen=True, kw_only=True)
class TextSection:
    """Tokenization of texts, and the vocabulary of the training set.

    Args:
        tokenizer: Tokenizer, such as character, word or byte_pair.
        settings: Vocabulary and length of examples.
    """

    tokenizer: Annotated[ComponentSpec, ComponentField("tokenizer")] = _WORD
    settings: Annotated[TextSettings, Inline()] = _DEFAULTS
