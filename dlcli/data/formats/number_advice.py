"""Why a column that holds mostly numbers is not one of numbers, and what to write so that it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dlcli.data.formats.number_syntax import SYNTAXES, NumberSyntax, may_be_numbers, sign_of, without_marks

if TYPE_CHECKING:
    import pyarrow as pa

#: a column of words is suspicious if at least this share of the cells that are not missing are numbers in some syntax
MOSTLY_NUMBERS = 0.5


@dataclass(frozen=True)
class NumberAdvice:
    """About the first cell that is not a number.

    Args:
        row: of the cell, from 0.
        word: in the cell.
        reason: why the word is not a number; None if it is one in no syntax.
        count: number of cells that are not numbers.
        cure: what to write.
        readings: the column in each syntax that fits best, (N,) with NaN where that does not help.
    """

    row: int
    word: str
    reason: str | None
    count: int
    cure: str
    readings: tuple[np.ndarray, ...]


def number_advice(
    words: pa.Array, codes: np.ndarray, syntax: NumberSyntax, *, has_marks: bool = False, is_new: bool = False
) -> NumberAdvice | None:
    """What is wrong with a column of numbers; None where most of its words are none in any syntax.

    Args:
        words: the distinct words, null where they are missing.
        codes: (N,) positions in `words`, −1 where a cell is empty.
        syntax: how the numbers should be written.
        has_marks: whether currency and percent signs are read.
        is_new: whether a trained model reads the file, so that options can no longer be set.
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
    curable = wrong & fitting[0].is_number(bare)
    ambiguous = curable & (values != values[0]).any(axis=0)
    shown = next((mask for mask in (ambiguous, curable) if mask.any()), wrong)
    row = int(np.argmax(np.append(shown, False)[codes]))
    place = int(codes[row])
    word = words[place].as_py()
    count = int(np.append(wrong, False)[codes].sum())
    readings = tuple(np.append(numbers, np.nan)[codes] for numbers in values)
    if not curable.any():
        return NumberAdvice(row, word, None, count, _cure_of_word(word, is_new=is_new), readings)
    meanings = {float(number): known for number, known in zip(values[::-1, place], fitting[::-1], strict=True)}
    needed = [known for known in meanings.values() if known != syntax]
    has_signs = bool(is_marked[place]) and not has_marks
    reason = _reason(needed, sign_of(word) if has_signs else None)
    if is_new:
        cure = f"the model reads numbers with {syntax.options}; save the file so"
    else:
        cure = _cure(meanings, needed, has_signs=has_signs)
    return NumberAdvice(row, word, reason, count, cure, readings)


def _reason(needed: Sequence[NumberSyntax], sign: str | None) -> str:
    """What is special about a word, by the syntaxes in which it is a number, and by its sign."""
    marks = " or ".join(known.description for known in reversed(needed))
    return f"has {' and '.join(filter(None, [sign, marks]))}"


def _cure(meanings: Mapping[float, NumberSyntax], needed: Sequence[NumberSyntax], *, has_signs: bool) -> str:
    """What to write so that a word is read as one of its meanings."""
    steps = ["list the column under numeric to read numbers without their signs"] if has_signs else []
    if len(meanings) > 1:
        named = " or ".join(f"{value:.15g} with {known.options}" for value, known in meanings.items())
        steps.append(f"it is {named}: set the one that is meant")
    elif needed:
        (value,) = meanings
        steps.append(f"set {needed[0].options} to read it as {value:.15g}")
    return "; ".join(steps)


def _cure_of_word(word: str, *, is_new: bool) -> str:
    if is_new:
        return "the column held numbers in the training data"
    return f"list {word!r} under missing_values if it stands for a missing value, else correct it"
