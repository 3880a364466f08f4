"""How numbers are written: decimal points or commas, separators of thousands, and marks such as $ and %."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from dlcli.core import ConfigError

if TYPE_CHECKING:
    import pyarrow as pa

DecimalMark = Literal[".", ","]
ThousandsMark = Literal[",", ".", " ", "'", "_"]

#: the numbers that Arrow reads, without other words that it reads
_PLAIN = r"^[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[nN][aA][nN]|[iI][nN][fF](?:inity)?)$"

#: typographic minus sign
_MINUS = "\N{MINUS SIGN}"

#: spaces that separate thousands, besides the ordinary one
_SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"

#: typographic apostrophe
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"

_CURRENCY = r"(?:[A-Z]{2,3})?[$€£¥₹₽₩₺₪฿¢]|USD|EUR|GBP|CHF|JPY"

#: a number with a currency sign, a percent sign or the parentheses of accounting: sign, opening, number, closing
_MARKED = (
    rf"^(?P<sign>[+-]?)(?P<open>\(?)\s*(?:{_CURRENCY})?\s*(?P<inner>[+-]?[0-9.](?:[0-9.,'_ ]*[0-9.])?)"
    rf"\s*(?:%|‰|{_CURRENCY})?\s*(?P<close>\)?)$"
)

#: words that may be numbers in some syntax
_NUMERIC = (
    rf"^[+\-{_MINUS}]?\(?\s*(?:{_CURRENCY})?\s*[+\-{_MINUS}]?"
    rf"[0-9.,][0-9.,'_ {_SPACES}{_APOSTROPHE}]*(?:[eE][+-]?[0-9]+)?\s*(?:%|‰|{_CURRENCY})?\s*\)?$|{_PLAIN}"
)


@dataclass(frozen=True)
class NumberSyntax:
    """The syntax of numbers in a file.

    Args:
        decimal: Decimal mark.
        thousands: Mark between groups of three digits; None = none.
    """

    decimal: DecimalMark = "."
    thousands: ThousandsMark | None = None

    def __post_init__(self) -> None:
        if self.decimal == self.thousands:
            message = f"{self.thousands!r} is also the decimal mark"
            raise ConfigError(message, key="thousands")

    @property
    def is_plain(self) -> bool:
        """Whether Arrow reads numbers of this syntax."""
        return self.decimal == "." and self.thousands is None

    @property
    def options(self) -> str:
        """Options of a config that select this syntax."""
        thousands = "" if self.thousands is None else f"thousands: {self.thousands!r}"
        decimal = "" if self.decimal == "." else f"decimal: {self.decimal!r}"
        return ", ".join(filter(None, (decimal, thousands))) or "decimal: '.' without thousands"

    @property
    def description(self) -> str:
        """Description of the marks of this syntax."""
        decimal = "a decimal point" if self.decimal == "." else "a decimal comma"
        thousands = f"{self.thousands!r} between thousands"
        if self.thousands is None:
            return decimal
        return thousands if self.decimal == "." else f"{decimal} and {thousands}"

    @cached_property
    def _grouped(self) -> str:
        """Digits in groups: of three, or of two before the last three, as in India."""
        thousands, decimal = re.escape(self.thousands or ""), re.escape(self.decimal)
        return rf"^[+-]?[1-9][0-9]{{0,2}}(?:{thousands}[0-9]{{2,3}})*{thousands}[0-9]{{3}}(?:{decimal}[0-9]*)?$"

    def canonical(self, words: pa.Array) -> pa.Array:
        """Convert words to the syntax of Arrow; null where a word is missing or is not a number in this syntax.

        Args:
            words: Words without surrounding spaces.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        words = pc.replace_substring(words, _MINUS, "-")
        if self.thousands is not None:
            if self.thousands == " ":
                words = pc.replace_substring_regex(words, f"[{_SPACES}]", " ")
            if self.thousands == "'":
                words = pc.replace_substring(words, _APOSTROPHE, "'")
            is_grouped = pc.match_substring_regex(words, self._grouped)
            words = pc.if_else(is_grouped, pc.replace_substring(words, self.thousands, ""), words)
        if self.decimal != ".":
            foreign = pc.match_substring(words, ".")
            words = pc.replace_substring(words, self.decimal, ".", max_replacements=1)
            words = pc.if_else(foreign, pa.scalar(None, words.type), words)
        return pc.if_else(pc.match_substring_regex(words, _PLAIN), words, pa.scalar(None, words.type))

    def numbers(self, words: pa.Array) -> np.ndarray:
        """Parse words, (N,) float64; NaN where a word is missing or is not a number in this syntax."""
        import pyarrow as pa
        import pyarrow.compute as pc

        numbers: np.ndarray = pc.cast(self.canonical(words), pa.float64()).to_numpy(zero_copy_only=False)
        return numbers

    def is_number(self, words: pa.Array) -> np.ndarray:
        """Return the (N,) bool mask of words that are numbers in this syntax."""
        valid: np.ndarray = self.canonical(words).is_valid().to_numpy(zero_copy_only=False)
        return valid


PLAIN = NumberSyntax()

#: known syntaxes, the most likely first
SYNTAXES = (
    PLAIN,
    NumberSyntax(thousands=","),
    NumberSyntax(decimal=","),
    NumberSyntax(decimal=",", thousands="."),
    NumberSyntax(thousands=" "),
    NumberSyntax(decimal=",", thousands=" "),
    NumberSyntax(thousands="'"),
    NumberSyntax(thousands="_"),
)


def is_number(word: str) -> bool:
    """Return whether a word is a number in the plain syntax."""
    return re.fullmatch(_PLAIN, word.replace(_MINUS, "-")) is not None


def without_marks(words: pa.Array) -> pa.Array:
    """Remove currency and percent signs from numbers, and replace the parentheses of accounting by a minus sign."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bare = words.to_pylist()
    is_marked = pc.match_substring_regex(words, rf"[(%‰]|{_CURRENCY}").fill_null(False)
    for index in np.flatnonzero(is_marked.to_numpy(zero_copy_only=False)).tolist():
        bare[index] = _without_marks(bare[index])
    return pa.array(bare, words.type)


def may_be_numbers(words: pa.Array) -> np.ndarray:
    """Return the (N,) bool mask of words that may be numbers in some syntax."""
    import pyarrow.compute as pc

    numeric: np.ndarray = pc.match_substring_regex(words, _NUMERIC).fill_null(False).to_numpy(zero_copy_only=False)
    return numeric


def without_common_sign(words: pa.Array) -> pa.Array:
    """Remove currency or percent signs if all numbers have the same sign; otherwise return the words unchanged.

    A percent sign must follow every number: 0.45 next to 45 % would be another unit.
    """
    bare = without_marks(words)
    pairs = [
        (word, number) for word, number in zip(words.to_pylist(), bare.to_pylist(), strict=True) if word is not None
    ]
    signs = {re.sub(r"[-+0-9.,'_\s()]", "", word) for word, number in pairs if word != number} - {""}
    has_percent = bool(signs & {"%", "‰"})
    is_uniform = len(signs) <= 1 and not (has_percent and any(word == number for word, number in pairs))
    return bare if is_uniform else words


def sign_of(word: str) -> str:
    """Describe the mark of a number."""
    if "%" in word or "‰" in word:
        return "a percent sign"
    return "parentheses" if "(" in word else "a currency sign"


def _without_marks(word: str) -> str:
    match = re.match(_MARKED, re.sub(f"[{_SPACES}]", " ", word.replace(_MINUS, "-")))
    if match is None or bool(match["open"]) != bool(match["close"]):
        return word
    sign, inner = match["sign"], match["inner"]
    if match["open"]:
        return word if sign or inner[0] in "+-" else f"-{inner}"
    return word if sign and inner[0] in "+-" else sign + inner
