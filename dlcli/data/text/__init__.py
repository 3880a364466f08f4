"""Texts: tokenizers, vocabularies and sequences of token indices."""

from __future__ import annotations

from dlcli.data.text.byte_pairs import BytePair
from dlcli.data.text.characters import Character
from dlcli.data.text.hugging_face import HuggingFace
from dlcli.data.text.words import Word

__all__ = ["BytePair", "Character", "HuggingFace", "Word"]
