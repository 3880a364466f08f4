"""From Arrow columns to typed ones: numbers or words, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dlcli.core import DataError, ErrorCode
from dlcli.data.formats.missing_values import DEFAULTS, PLACEHOLDERS, MissingValues
from dlcli.data.formats.number_advice import number_advice
from dlcli.data.formats.number_syntax import PLAIN, NumberSyntax, without_common_sign
from dlcli.data.labels import canonical_label
from dlcli.data.table import EXACT_INTEGERS, CategoricalColumn, Column, Kind, NumericColumn, exact_integers

if TYPE_CHECKING:
    import pyarrow as pa

#: an integer, and one that looks like what Python prints
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_CANONICAL = re.compile(r"0|-?[1-9]\d*", re.ASCII)


@dataclass(frozen=True)
class Source:
    """A file that was read into Arrow, not yet typed.

    Args:
        path: of the file.
        table: the columns.
        line_of: the line of a row in the file; None where the file has no lines.
        has_assumed_header: whether the names are from a first line that nobody said is a header.
        is_new: whether a trained model reads the file, so that options can no longer be set.
        warnings: what the user should hear about the file.
    """

    path: Path
    table: pa.Table
    line_of: Callable[[int], int] | None = None
    has_assumed_header: bool = False
    is_new: bool = False
    warnings: tuple[str, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.table.column_names)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def error(self, message: str, column: str, row: int, code: ErrorCode | None = None) -> DataError:
        """Return an error with the place of a cell."""
        if self.line_of is None:
            return DataError(f"row {row + 1}: {message}", code=code, file=str(self.path), key=column)
        return DataError(message, code=code, file=str(self.path), line=self.line_of(row), key=column)


@dataclass(frozen=True)
class ColumnOptions:
    """How the cells of a column are read.

    Args:
        kind: numbers or words; None = numbers if everything that is not missing is one.
        missing: the words that stand for a missing value.
        syntax: how numbers are written.
        has_marks: whether currency and percent signs and the parentheses of accounting may stand at numbers.
        strip: characters to remove from the end of words.
    """

    kind: Kind | None = None
    missing: MissingValues = field(default_factory=MissingValues)
    syntax: NumberSyntax = PLAIN
    has_marks: bool = False
    strip: str | None = None


@dataclass(frozen=True)
class Reading:
    """A column as it was read, and what was decided on the way.

    Args:
        column: its values.
        read_as_missing: word → number of cells that hold it and are taken as missing, though nobody named the word.
        respelled: number of words that are equal to another but for the Unicode form of their characters.
    """

    column: Column
    read_as_missing: Mapping[str, int] = field(default_factory=dict)
    respelled: int = 0


def read_column(source: Source, name: str, options: ColumnOptions) -> Reading:
    """One column of a file.

    Raises:
        DataError: a number is expected and something else found, with its line; infinite numbers; nested values.
    """
    cells = _cells_of(source, name)
    if not _has_words(cells.type):
        column = _native_numbers(source, name, cells)
        if options.kind != "categorical":
            return Reading(_checked(source, name, column))
    codes, words = _distinct_words(cells, options.strip)
    if options.kind != "categorical":
        numeric = _numbers(words, codes, options)
        if numeric is not None:
            column, read_as_missing = numeric
            return Reading(_checked(source, name, column), read_as_missing)
        if options.kind == "numeric":
            raise _not_a_number(source, name, words, codes, options)
    return _words(words, codes, options)


def _cells_of(source: Source, name: str) -> pa.ChunkedArray:
    """The cells of a column, as a dictionary only where they are words."""
    import pyarrow as pa

    cells = source.table.column(name)
    if pa.types.is_dictionary(cells.type) and not _is_text(cells.type.value_type):
        cells = cells.cast(cells.type.value_type)
    return cells


def _has_words(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_dictionary(kind) or _is_text(kind))


def _distinct_words(cells: pa.ChunkedArray, strip: str | None) -> tuple[np.ndarray, pa.Array]:
    """(N,) the position of each cell's word among the distinct ones, −1 for null, and these words."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not _has_words(cells.type):
        cells = cells.cast(pa.string())
    if pa.types.is_dictionary(cells.type):
        encoded = cells.unify_dictionaries().combine_chunks()
    else:
        encoded = cells.combine_chunks().dictionary_encode()  # a column has far fewer words than cells
    if isinstance(encoded, pa.ChunkedArray):  # more than two gigabytes of characters
        encoded = encoded.unify_dictionaries().combine_chunks()
    words = pc.utf8_trim_whitespace(encoded.dictionary)
    if strip is not None:
        words = pc.utf8_trim_whitespace(pc.utf8_rtrim(words, strip))
    return encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64), words


def _numbers(words: pa.Array, codes: np.ndarray, options: ColumnOptions) -> tuple[NumericColumn, dict[str, int]] | None:
    """The column as numbers, and what was read as missing; None where a word is neither a number nor missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_plain = options.syntax.is_plain and not options.has_marks
    if is_plain and not options.missing.given and (numbers := _cast(words)) is not None:
        return _numeric(numbers, codes, words), {}
    present = _without(words, options.missing.in_words)
    if is_plain and (numbers := _cast(present)) is not None:
        return _numeric(numbers, codes, words), {}
    found = _without_placeholders(present)
    numeric = without_common_sign(found) if options.has_marks else found
    valid = options.syntax.is_number(numeric)
    absent = found.is_null().to_numpy(zero_copy_only=False)
    if not (valid | absent).all() or not (valid.any() or present.null_count == len(present)):
        return None
    usual = pc.is_in(words, pa.array([*options.missing.expected, *DEFAULTS], words.type)).to_numpy(zero_copy_only=False)
    remarkable = absent & ~usual & words.is_valid().to_numpy(zero_copy_only=False)
    column = _numeric(options.syntax.numbers(numeric), codes, options.syntax.canonical(numeric))
    return column, _counted(words, codes, remarkable)


def _cast(words: pa.Array) -> np.ndarray | None:
    """(N,) the numbers that words are as they stand, NaN where one is null; None where one is not a number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        numbers: np.ndarray = pc.cast(words, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    return numbers


def _numeric(numbers: np.ndarray, codes: np.ndarray, words: pa.Array) -> NumericColumn:
    """The column of these numbers, which the words write with a point and without thousands."""
    integers = _integers_of(words, numbers)
    return NumericColumn(
        np.append(numbers, np.nan)[codes], None if integers is None else np.append(integers, integers[:1])[codes]
    )


def _integers_of(words: pa.Array, numbers: np.ndarray) -> np.ndarray | None:
    """The exact numbers of words, where float64 cannot hold them; None where it can, or not all are 64-bit integers."""
    if not (np.abs(numbers) >= EXACT_INTEGERS).any():
        return None
    pairs = zip(words.to_pylist(), numbers.tolist(), strict=True)
    values = [int(word) if word is not None and _INTEGER.fullmatch(word) else _whole(number) for word, number in pairs]
    for kind in (np.int64, np.uint64):
        limits = np.iinfo(kind)
        if all(value is not None and limits.min <= value <= limits.max for value in values):
            return np.array(values, kind)
    return None


def _whole(number: float) -> int | None:
    """An integer as such, and 0 for one that is missing; None for a fraction."""
    if np.isnan(number):
        return 0
    return int(number) if number.is_integer() else None


def spellings_of(source: Source, name: str, column: Column, strip: str | None = None) -> np.ndarray | None:
    """(N,) how a column of labels is written, where its numbers do not say it: 001, 1.0, true, or beyond 64 bits.

    None where they do, where they are not integers, and where a number is written in two ways, which is one label.

    Args:
        source: the file.
        name: of the column.
        column: what it was read as.
        strip: characters to remove from the end of words.
    """
    import pyarrow as pa

    if not isinstance(column, NumericColumn):
        return None
    numbers = column.numbers[~column.missing]
    if not np.isfinite(numbers).all() or not np.array_equal(numbers, np.round(numbers)):
        return None
    cells = _cells_of(source, name)
    if not (_has_words(cells.type) or pa.types.is_boolean(cells.type) or pa.types.is_decimal(cells.type)):
        return None
    codes, words = _distinct_words(cells, strip)
    written = [*("" if word is None else word for word in words.to_pylist()), ""]
    used = {written[code] for code in np.unique(codes[~column.missing]).tolist()}
    is_exact = column.integers is not None or not (np.abs(numbers) >= EXACT_INTEGERS).any()
    if is_exact and all(_CANONICAL.fullmatch(word) for word in used):
        return None
    if len({canonical_label(word) for word in used}) < len(used):
        return None
    spelled: np.ndarray = np.array(written)[codes]
    return spelled


def _words(words: pa.Array, codes: np.ndarray, options: ColumnOptions) -> Reading:
    """The column as words, in Unicode's composed form."""
    import pyarrow as pa
    import pyarrow.compute as pc

    present = _without(words, options.missing.in_words)
    composed = pc.utf8_normalize(present, form="NFC")
    respelled = pc.count_distinct(present).as_py() - pc.count_distinct(composed).as_py()
    named = pc.is_in(words, pa.array(options.missing.expected, words.type)).to_numpy(zero_copy_only=False)
    absent = present.is_null().to_numpy(zero_copy_only=False) & words.is_valid().to_numpy(zero_copy_only=False)
    categories = composed.dictionary_encode()  # trimming may have made two words one
    positions = categories.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    column = CategoricalColumn(
        np.append(positions, -1)[codes].astype(np.int32), tuple(categories.dictionary.to_pylist())
    )
    return Reading(column, _counted(words, codes, absent & ~named), respelled)


def _without(words: pa.Array, missing: Sequence[str]) -> pa.Array:
    """Words with null in place of the missing ones."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(pc.is_in(words, pa.array(missing, words.type)), pa.scalar(None, words.type), words)


def _without_placeholders(words: pa.Array) -> pa.Array:
    """Words with null in place of those that are missing where everything else is a number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    missing = pc.is_in(pc.utf8_lower(words), pa.array(PLACEHOLDERS, words.type))
    return pc.if_else(missing, pa.scalar(None, words.type), _without(words, DEFAULTS))


def _counted(words: pa.Array, codes: np.ndarray, chosen: np.ndarray) -> dict[str, int]:
    """The chosen words and how many cells hold each."""
    if not chosen.any():
        return {}
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    return {words[place].as_py(): int(counts[place]) for place in np.flatnonzero(chosen).tolist()}


def ids_of(source: Source, name: str) -> np.ndarray:
    """(N,) the cells of a column as words, untouched but for spaces around them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pc.utf8_trim_whitespace(source.table.column(name).cast(pa.string()))
    return np.array(["" if word is None else word for word in words.to_pylist()])


def _native_numbers(source: Source, name: str, cells: pa.ChunkedArray) -> NumericColumn:
    import pyarrow as pa

    kind = cells.type
    if pa.types.is_temporal(kind):
        cells = cells.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    elif not (pa.types.is_boolean(kind) or pa.types.is_null(kind) or _is_numeric(kind)):
        raise DataError(
            f"columns of the type {kind} cannot be read", code="not_applicable", file=str(source.path), key=name
        )
    if pa.types.is_boolean(cells.type):
        cells = cells.cast(pa.uint8())
    if pa.types.is_decimal(cells.type) and cells.type.scale == 0 and cells.type.precision <= 18:
        cells = cells.cast(pa.int64())
    integers = exact_integers(cells.fill_null(0).to_numpy()) if pa.types.is_integer(cells.type) else None
    return NumericColumn(cells.cast(pa.float64(), safe=False).to_numpy(), integers)


def _is_numeric(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _checked(source: Source, name: str, column: NumericColumn) -> NumericColumn:
    largest = float(np.finfo(np.float32).max)
    wrong = np.abs(column.numbers) > largest
    if wrong.any():
        row = int(np.argmax(wrong))
        raise source.error(f"{column.numbers[row]:g} is not finite (as float32)", name, row)
    return column


def _not_a_number(source: Source, name: str, words: pa.Array, codes: np.ndarray, options: ColumnOptions) -> DataError:
    present = _without_placeholders(_without(words, options.missing.in_words))
    advice = number_advice(present, codes, options.syntax, has_marks=options.has_marks, is_new=source.is_new)
    valid = options.syntax.is_number(without_common_sign(present) if options.has_marks else present)
    wrong = np.append(~valid & present.is_valid().to_numpy(zero_copy_only=False), False)
    rows = np.flatnonzero(wrong[codes])
    if len(rows) == 0:  # nothing but placeholders
        rows = np.flatnonzero(codes >= 0)
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    message = f"expected a number, found {words[codes[rows[0]]].as_py()!r}{more}"
    if advice is not None:
        message += f"; {advice.cure}" if advice.reason is None else f": it {advice.reason}; {advice.cure}"
    return source.error(message, name, int(rows[0]))


def is_nested(source: Source, name: str) -> bool:
    """Whether the cells of a column are neither numbers nor words."""
    import pyarrow as pa

    kind = source.table.schema.field(name).type
    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
