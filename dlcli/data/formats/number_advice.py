"""Explain why a column of mostly numbers is not numeric, and how to fix that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dlcli.data.formats.number_syntax import SYNTAXES, NumberSyntax, may_be_numbers, sign_of, without_marks

if TYPE_CHECKING:
    import pyarrow as pa

#: minimum share of numbers in some syntax among the cells that are not missing, for advice about a column
MOSTLY_NUMBERS = 0.5


@dataclass(frozen=True)
class NumberAdvice:
    """Advice about the first cell that is not a number.

    Args:
        row: Row number of the cell, from 0.
        word: Word in the cell.
        reason: Reason why the word is not a number; None if it is not a number in any syntax.
        count: Number of cells that are not numbers.
        fix: Text that says how to fix it.
        readings: Columns read in each of the best syntaxes, (N,) with NaN for words that are not numbers.
    """

    row: int
    word: str
    reason: str | None
    count: int
    fix: str
    readings: tuple[np.ndarray, ...]


def number_advice(
    words: pa.Array, codes: np.ndarray, syntax: NumberSyntax, *, has_marks: bool = False, is_new: bool = False
) -> NumberAdvice | None:
    """Return advice about a column of numbers; None if most of its words are not numbers in any syntax.

    Args:
        words: Distinct words, null where they are missing.
        codes: (N,) indices into `words`, −1 for an empty cell.
        syntax: Expected syntax of numbers.
        has_marks: Whether currency and percent signs are allowed.
        is_new: Whether a trained model reads the file, so that options can no longer be set.
    """
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    counts[words.is_null().to_numpy(zero_copy_only=False)] = 0
    total = int(counts.sum())
    if counts[may_be_numbers(words)].sum() < max(MOSTLY_NUMBERS * total, 1):
        return None
    bare = without_marks(words)
    is_marked = np.array([one != other for one, other in zip(words.to_pylist(), bare.to_pylist(), strict=True)], bool)
    valid = syntax.is_number(bare if has_marks else words)
    if valid[counts > 0].all():
        return None
    covered = [int(counts[known.is_number(bare)].sum()) for known in SYNTAXES]
    best = max(covered)
    if best < MOSTLY_NUMBERS * total:
        return None
    fitting = [known for known, cover in zip(SYNTAXES, covered, strict=True) if cover == best]
    values = np.stack([known.numbers(bare) for known in fitting])
    wrong = (counts > 0) & ~valid
    fixable = wrong & fitting[0].is_number(bare)
    ambiguous = fixable & (values != values[0]).any(axis=0)
    reported = next((mask for mask in (ambiguous, fixable) if mask.any()), wrong)
    row = int(np.argmax(np.append(reported, False)[codes]))
    code = int(codes[row])
    word = words[code].as_py()
    count = int(np.append(wrong, False)[codes].sum())
    readings = tuple(np.append(numbers, np.nan)[codes] for numbers in values)
    if not fixable.any():
        return NumberAdvice(row, word, None, count, _fix_of_word(word, is_new=is_new), readings)
    meanings = {float(number): known for number, known in zip(values[::-1, code], fitting[::-1], strict=True)}
    needed = [known for known in meanings.values() if known != syntax]
    has_signs = bool(is_marked[code]) and not has_marks
    reason = _reason(needed, sign_of(word) if has_signs else None)
    if is_new:
        fix = f"the model reads numbers with {syntax.options}; save the file in this syntax"
    else:
        fix = _fix(meanings, needed, has_signs=has_signs)
    return NumberAdvice(row, word, reason, count, fix, readings)


def _reason(needed: Sequence[NumberSyntax], sign: str | None) -> str:
    """Describe a word by the syntaxes in which it is a number, and by its sign."""
    marks = " or ".join(known.description for known in reversed(needed))
    return f"has {' and '.join(filter(None, [sign, marks]))}"


def _fix(meanings: Mapping[float, NumberSyntax], needed: Sequence[NumberSyntax], *, has_signs: bool) -> str:
    """Say which options read a word as one of its meanings."""
    steps = ["list the column under numeric to read numbers without their signs"] if has_signs else []
    if len(meanings) > 1:
        named = " or ".join(f"{value:.15g} with {known.options}" for value, known in meanings.items())
        steps.append(f"it is {named}: set the right one")
    elif needed:
        (value,) = meanings
        steps.append(f"set {needed[0].options} to read it as {value:.15g}")
    return "; ".join(steps)


def _fix_of_word(word: str, *, is_new: bool) -> str:
    if is_new:
        return "the column has numbers in the training data"
    return f"list {word!r} under missing_values if it is a missing value, else correct it"
