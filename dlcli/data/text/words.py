"""Text as a sequence of words and punctuation."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Literal, Self

from dlcli.core import register
from dlcli.data.text.tokenizer import Tokenizer
from dlcli.data.text.vocabulary import BOS, EOS, SPECIAL_TOKENS, UNK

LINE_END = "\n"

#: markers of corpora → special tokens
SPECIAL = {
    "unk": SPECIAL_TOKENS[UNK],
    "s": SPECIAL_TOKENS[BOS],
    "bos": SPECIAL_TOKENS[BOS],
    "/s": SPECIAL_TOKENS[EOS],
    "eos": SPECIAL_TOKENS[EOS],
}
_SPECIAL = {
    "split": re.compile(f"<({'|'.join(SPECIAL)})>", re.IGNORECASE),
    "keep": re.compile(rf"(?<!\S)<({'|'.join(SPECIAL)})>(?!\S)", re.IGNORECASE),
}
SPECIAL_BYTES = re.compile(f"<(?:{'|'.join(SPECIAL)})>".encode(), re.IGNORECASE)

#: numbers of code points to search for punctuation; beyond the larger one, Unicode has only ideographs
ASCII, UNICODE = 0x80, 0x20000

#: English clitics
_CLITIC = r"[nN]['’][tT](?!\w)|['’](?:[sSdDmM]|[rRvV][eE]|[lL]{2})(?!\w)"
_CLITICS = re.compile(f"({_CLITIC})")

#: a space before closing, or after opening punctuation, which `decode` removes
_CLOSING = re.compile(rf" (?=(?:[.,;:!?%)\]}}…»”]|{_CLITIC})(?: |\n|$))")
_OPENING = re.compile(r"(?<=[(\[{«“$#]) ")


@register("tokenizer", "word")
class Word(Tokenizer):
    """Words, numbers and punctuation marks as tokens; the spaces between them are dropped.

    As in the Penn Treebank, `don't` is `do` and `n't`, `it's` is `it` and `'s`; hyphens stay inside words, and periods
    and commas inside numbers.

    Args:
        lowercase: Whether to convert the text to lower case.
        punctuation: split = every punctuation mark is a token; keep = split only at spaces.
        line_ends: Whether the end of a line is a token instead of a space.
        special_tokens: Whether to read <unk>, <s>, <bos>, </s> and <eos> in the text as special tokens.
    """

    def __init__(
        self,
        *,
        lowercase: bool = True,
        punctuation: Literal["split", "keep"] = "split",
        line_ends: bool = False,
        special_tokens: bool = True,
    ) -> None:
        self.lowercase = lowercase
        self.punctuation = punctuation
        self.line_ends = line_ends
        self.special_tokens = special_tokens

    def encode(self, text: str) -> list[str]:
        if not self.special_tokens or "<" not in text:
            return self._encode(text)
        first, *others = _SPECIAL[self.punctuation].split(text)
        tokens = self._encode(first)
        for name, between in zip(others[::2], others[1::2], strict=True):
            tokens += [SPECIAL[name.lower()], *self._encode(between)]
        return tokens

    def _encode(self, text: str) -> list[str]:
        text = self.normalize(text)
        if self.line_ends:
            lines = [self._words(line) for line in text.split(LINE_END)]
            words = lines[0]
            for line in lines[1:]:
                words += [LINE_END, *line]
            return words
        return self._words(text)

    def _words(self, text: str) -> list[str]:
        if self.punctuation == "keep":
            return text.split()
        words: list[str] = word_pattern(ASCII if text.isascii() else UNICODE).findall(text)
        if "'" not in text and "’" not in text:
            return words
        return [part for word in words for part in (_CLITICS.split(word) if len(word) > 2 else (word,)) if part]

    def decode(self, tokens: Sequence[str]) -> str:
        text = " ".join(tokens).replace(f" {LINE_END} ", LINE_END).replace(f" {LINE_END}", LINE_END)
        text = text.replace(f"{LINE_END} ", LINE_END)
        return text if self.punctuation == "keep" else _OPENING.sub("", _CLOSING.sub("", text))

    def normalize(self, word: str) -> str:
        return word.lower() if self.lowercase else word

    def state(self) -> dict[str, Any]:
        return {
            "lowercase": self.lowercase,
            "punctuation": self.punctuation,
            "line_ends": self.line_ends,
            "special_tokens": self.special_tokens,
        }

    @classmethod
    def restored(cls, state: dict[str, Any]) -> Self:
        return cls(**{"special_tokens": False, **state})  # models stored before the option read them as words


@functools.cache
def word_pattern(alphabet: int) -> re.Pattern[str]:
    """Return the pattern of a token, before clitics are split off: number, word, clitic, or any other character.

    The ASCII pattern is three times as fast on ASCII texts.
    """
    letter = rf"[^\s{punctuation_class(alphabet)}]"  # letters of any script with their accents, and digits
    return re.compile(rf"\d+(?:[.,]\d+)+|{letter}+(?:['’-]{letter}+)*|{_CLITIC}|\S")


def punctuation_class(alphabet: int) -> str:
    """Return the punctuation and symbols among the first `alphabet` code points as ranges of a regular expression."""
    ranges: list[list[int]] = []
    for code in range(alphabet):
        if unicodedata.category(chr(code))[0] in "PS":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)
