"""The section `data.text`: how texts become numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from dlcli.core import Inline
from dlcli.settings import TextSettings
from dlcli.spec.component import ComponentSpec, OfKind

_WORD, _DEFAULTS = ComponentSpec("tokenizer", "word"), TextSettings()


@dataclass(frozen=True, kw_only=True)
class TextSection:
    """How texts become numbers: cut into tokens, which are numbered as the training set has them.

    Args:
        tokenizer: what cuts them, such as character, word or byte_pair.
        settings: which tokens are known and how many make an example.
    """

    tokenizer: Annotated[ComponentSpec, OfKind("tokenizer")] = _WORD
    settings: Annotated[TextSettings, Inline()] = _DEFAULTS
