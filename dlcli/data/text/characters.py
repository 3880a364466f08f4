"""Text as a sequence of characters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np

from dlcli.core import register
from dlcli.data.text.tokenizer import Tokenizer
from dlcli.data.text.vocabulary import Vocabulary

#: texts of fewer characters are counted faster without NumPy
SHORT = 500


@register("tokenizer", "character")
class Character(Tokenizer):
    """Single characters as tokens, spaces and line ends included (Unicode code points)."""

    def encode(self, text: str) -> list[str]:
        return list(text)

    def decode(self, tokens: Sequence[str]) -> str:
        return "".join(tokens)

    def count(self, texts: Iterable[str]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for text in texts:
            if len(text) < SHORT:
                counts.update(text)
            else:
                points, frequencies = np.unique(code_points(text), return_counts=True)
                counts.update(dict(zip(map(chr, points.tolist()), frequencies.tolist(), strict=True)))
        return counts

    def indices(self, text: str, vocabulary: Vocabulary) -> np.ndarray:
        table = vocabulary.by_code_point
        return table.take(code_points(text), mode="clip")

    def state(self) -> dict[str, Any]:
        return {}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> Self:  # noqa: ARG003
        return cls()


def code_points(text: str) -> np.ndarray:
    """Return the code points of a text, (T,) uint32."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
