"""Convert Arrow columns to typed columns of numbers or words, with missing values."""

from __future__ import annotations

import re
from collections import Counter
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
    """A file that was read into Arrow, without types of its columns.

    Args:
        path: Path of the file.
        table: Arrow table of the columns.
        line_of: Function from a row number to its line in the file; None = the file has no lines.
        has_assumed_header: Whether the names come from a first line that no option declares to be a header.
        is_new: Whether a trained model reads the file, so that options can no longer be set.
        warnings: Warnings for the user about the file.
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


def first_duplicate(names: Sequence[str]) -> str | None:
    """Return the first name that occurs more than once."""
    return next((name for name, count in Counter(names).items() if count > 1), None)


@dataclass(frozen=True)
class ColumnOptions:
    """Options of reading the cells of a column.

    Args:
        kind: Numbers or words; None = numbers if every value that is not missing is a number.
        missing: Words for missing values.
        syntax: Syntax of numbers.
        has_marks: Whether numbers may have currency and percent signs and the parentheses of accounting.
        strip: Characters to remove from the end of words.
    """

    kind: Kind | None = None
    missing: MissingValues = field(default_factory=MissingValues)
    syntax: NumberSyntax = PLAIN
    has_marks: bool = False
    strip: str | None = None


@dataclass(frozen=True)
class Reading:
    """A typed column, and facts for remarks about it.

    Args:
        column: Typed column.
        read_as_missing: Word → number of its cells, for words that are missing values although no option names them.
        respelled: Number of words that differ from another word only by Unicode normalization.
    """

    column: Column
    read_as_missing: Mapping[str, int] = field(default_factory=dict)
    respelled: int = 0


def read_column(source: Source, name: str, options: ColumnOptions) -> Reading:
    """Read one column of a file.

    Raises:
        DataError: A value is not a number where one is expected, is infinite, or is nested; the error has its line.
    """
    cells = _cells_of(source, name)
    if not _has_words(cells.type):
        column = _native_numbers(source, name, cells)
        if options.kind != "categorical":
            return Reading(_check_finite(source, name, column))
    codes, words = _distinct_words(cells, options.strip)
    if options.kind != "categorical":
        numeric = _numbers(words, codes, options)
        if numeric is not None:
            column, read_as_missing = numeric
            return Reading(_check_finite(source, name, column), read_as_missing)
        if options.kind == "numeric":
            raise _not_a_number(source, name, words, codes, options)
    return _words(words, codes, options)


def _cells_of(source: Source, name: str) -> pa.ChunkedArray:
    """Return the cells of a column, dictionary-encoded only if they are words."""
    import pyarrow as pa

    cells = source.table.column(name)
    if pa.types.is_dictionary(cells.type) and not _is_text(cells.type.value_type):
        cells = cells.cast(cells.type.value_type)
    return cells


def _has_words(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_dictionary(kind) or _is_text(kind))


def _distinct_words(cells: pa.ChunkedArray, strip: str | None) -> tuple[np.ndarray, pa.Array]:
    """Return the (N,) index of each cell's word among the distinct words, −1 for null, and these words."""
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
    """Return the column as numbers, and words read as missing; None if a word is neither a number nor missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_plain = options.syntax.is_plain and not options.has_marks
    if is_plain and not options.missing.additional and (numbers := _cast(words)) is not None:
        return _numeric(numbers, codes, words), {}
    present = _without(words, options.missing.in_words)
    if is_plain and (numbers := _cast(present)) is not None:
        return _numeric(numbers, codes, words), {}
    values = _without_placeholders(present)
    numeric = without_common_sign(values) if options.has_marks else values
    valid = options.syntax.is_number(numeric)
    absent = values.is_null().to_numpy(zero_copy_only=False)
    if not (valid | absent).all() or not (valid.any() or present.null_count == len(present)):
        return None
    usual = pc.is_in(words, pa.array([*options.missing.expected, *DEFAULTS], words.type)).to_numpy(zero_copy_only=False)
    remarkable = absent & ~usual & words.is_valid().to_numpy(zero_copy_only=False)
    column = _numeric(options.syntax.numbers(numeric), codes, options.syntax.canonical(numeric))
    return column, _count_cells(words, codes, remarkable)


def _cast(words: pa.Array) -> np.ndarray | None:
    """Cast words to numbers with Arrow, (N,), NaN where null; None if a word is not a number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        numbers: np.ndarray = pc.cast(words, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    return numbers


def _numeric(numbers: np.ndarray, codes: np.ndarray, words: pa.Array) -> NumericColumn:
    """Create the column of numbers, with exact integers from their words in Arrow's syntax."""
    integers = _integers_of(words, numbers)
    return NumericColumn(
        np.append(numbers, np.nan)[codes], None if integers is None else np.append(integers, integers[:1])[codes]
    )


def _integers_of(words: pa.Array, numbers: np.ndarray) -> np.ndarray | None:
    """Return exact integers if float64 cannot represent them; None if it can, or not all are 64-bit integers."""
    if not (np.abs(numbers) >= EXACT_INTEGERS).any():
        return None
    pairs = zip(words.to_pylist(), numbers.tolist(), strict=True)
    values = [
        int(word) if word is not None and _INTEGER.fullmatch(word) else _integer_or_none(number)
        for word, number in pairs
    ]
    for kind in (np.int64, np.uint64):
        limits = np.iinfo(kind)
        if all(value is not None and limits.min <= value <= limits.max for value in values):
            return np.array(values, kind)
    return None


def _integer_or_none(number: float) -> int | None:
    """Convert a number to an integer, 0 if it is missing; None for a fraction."""
    if np.isnan(number):
        return 0
    return int(number) if number.is_integer() else None


def spellings_of(source: Source, name: str, column: Column, strip: str | None = None) -> np.ndarray | None:
    """Return the (N,) spellings of a column of labels if they say more than its numbers, such as 001, 1.0 or true.

    The result is None if the numbers say all, are not integers, or if a number has two spellings, which are one label.

    Args:
        source: Columns of the file.
        name: Name of the column.
        column: Typed column.
        strip: Characters to remove from the end of words.
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
    spellings = [*("" if word is None else word for word in words.to_pylist()), ""]
    used = {spellings[code] for code in np.unique(codes[~column.missing]).tolist()}
    is_exact = column.integers is not None or not (np.abs(numbers) >= EXACT_INTEGERS).any()
    if is_exact and all(_CANONICAL.fullmatch(word) for word in used):
        return None
    if len({canonical_label(word) for word in used}) < len(used):
        return None
    result: np.ndarray = np.array(spellings)[codes]
    return result


def _words(words: pa.Array, codes: np.ndarray, options: ColumnOptions) -> Reading:
    """Return the column as words in Unicode normalization form C."""
    import pyarrow as pa
    import pyarrow.compute as pc

    present = _without(words, options.missing.in_words)
    composed = pc.utf8_normalize(present, form="NFC")
    respelled = pc.count_distinct(present).as_py() - pc.count_distinct(composed).as_py()
    named = pc.is_in(words, pa.array(options.missing.expected, words.type)).to_numpy(zero_copy_only=False)
    absent = present.is_null().to_numpy(zero_copy_only=False) & words.is_valid().to_numpy(zero_copy_only=False)
    categories = composed.dictionary_encode()  # trimming may have made two words equal
    positions = categories.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    column = CategoricalColumn(
        np.append(positions, -1)[codes].astype(np.int32), tuple(categories.dictionary.to_pylist())
    )
    return Reading(column, _count_cells(words, codes, absent & ~named), respelled)


def _without(words: pa.Array, missing: Sequence[str]) -> pa.Array:
    """Replace the words for missing values by null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(pc.is_in(words, pa.array(missing, words.type)), pa.scalar(None, words.type), words)


def _without_placeholders(words: pa.Array) -> pa.Array:
    """Replace words that are missing values in columns of numbers by null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    missing = pc.is_in(pc.utf8_lower(words), pa.array(PLACEHOLDERS, words.type))
    return pc.if_else(missing, pa.scalar(None, words.type), _without(words, DEFAULTS))


def _count_cells(words: pa.Array, codes: np.ndarray, selected: np.ndarray) -> dict[str, int]:
    """Count the cells of each selected word."""
    if not selected.any():
        return {}
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    return {words[index].as_py(): int(counts[index]) for index in np.flatnonzero(selected).tolist()}


def ids_of(source: Source, name: str) -> np.ndarray:
    """Return the (N,) cells of a column as words without surrounding spaces."""
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
            f"columns of type {kind} are not supported", code="not_applicable", file=str(source.path), key=name
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


def _check_finite(source: Source, name: str, column: NumericColumn) -> NumericColumn:
    largest = float(np.finfo(np.float32).max)
    wrong = np.abs(column.numbers) > largest
    if wrong.any():
        row = int(np.argmax(wrong))
        raise source.error(f"{column.numbers[row]:g} is not finite (as float32)", name, row, "non_finite")
    return column


def _not_a_number(source: Source, name: str, words: pa.Array, codes: np.ndarray, options: ColumnOptions) -> DataError:
    present = _without_placeholders(_without(words, options.missing.in_words))
    advice = number_advice(present, codes, options.syntax, has_marks=options.has_marks, is_new=source.is_new)
    valid = options.syntax.is_number(without_common_sign(present) if options.has_marks else present)
    wrong = np.append(~valid & present.is_valid().to_numpy(zero_copy_only=False), False)
    rows = np.flatnonzero(wrong[codes])
    if len(rows) == 0:  # only placeholders
        rows = np.flatnonzero(codes >= 0)
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    message = f"expected a number, got {words[codes[rows[0]]].as_py()!r}{more}"
    if advice is not None:
        message += f"; {advice.fix}" if advice.reason is None else f": it {advice.reason}; {advice.fix}"
    return source.error(message, name, int(rows[0]), "wrong_type")


def is_nested(source: Source, name: str) -> bool:
    """Return whether the cells of a column are neither numbers nor words."""
    import pyarrow as pa

    kind = source.table.schema.field(name).type
    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
