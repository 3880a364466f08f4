"""From Arrow columns to typed ones: numbers or words, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dlcli.data.labels import same_label
from dlcli.data.table import EXACT_INTEGERS, CategoricalColumn, Column, Kind, NumericColumn, exact_integers
from dlcli.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

#: a column of words is suspicious if at least this share of them are numbers
MOSTLY_NUMBERS = 0.9

#: an integer, and one that looks like what Python prints
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_CANONICAL = re.compile(r"0|-?[1-9]\d*", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class Source:
    """A file that was read into Arrow, not yet typed.

    Args:
        path: of the file.
        table: the columns.
        line_of: the line of a row in the file; None where the file has no lines.
    """

    path: Path
    table: pa.Table
    line_of: Callable[[int], int] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.table.column_names)

    def without(self, name: str) -> Source:
        """The other columns."""
        return Source(self.path, self.table.drop_columns([name]), self.line_of)

    def error(self, message: str, column: str, row: int) -> DataError:
        """An error that says where the cell is."""
        if self.line_of is None:
            return DataError(f"row {row + 1}: {message}", file=str(self.path), key=column)
        return DataError(message, file=str(self.path), line=self.line_of(row), key=column)


def typed_column(
    source: Source, name: str, kind: Kind | None, missing_values: Sequence[str], strip: str | None = None
) -> Column:
    """One column of a file.

    Args:
        source: the file.
        name: of the column.
        kind: numbers or words; None = numbers if everything that is not missing is one.
        missing_values: words that stand for a missing value.
        strip: characters to take away at the end of words.

    Raises:
        DataError: a number is expected and something else found, with its line; infinite numbers; nested values.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = source.table.column(name)
    if pa.types.is_dictionary(cells.type):
        cells = cells.cast(cells.type.value_type)
    if not _is_text(cells.type):
        column = _native_numbers(source, name, cells)
        if kind != "categorical":
            return _checked(source, name, column)
    codes, words = _words(cells, missing_values, strip)
    if kind != "categorical":
        try:
            numbers = pc.cast(words, pa.float64()).to_numpy(zero_copy_only=False)
            integers = None if (exact := _integers_of(words, numbers)) is None else np.append(exact, exact[:1])[codes]
            return _checked(source, name, NumericColumn(np.append(numbers, np.nan)[codes], integers))
        except pa.ArrowInvalid as error:
            if kind == "numeric":
                raise _not_a_number(source, name, words.to_pylist(), codes) from error
    categories = words.dictionary_encode()  # trimming may have made two words one
    positions = categories.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return CategoricalColumn(np.append(positions, -1)[codes].astype(np.int32), tuple(categories.dictionary.to_pylist()))


def _words(cells: pa.ChunkedArray, missing_values: Sequence[str], strip: str | None) -> tuple[np.ndarray, pa.Array]:
    """(N,) where the word of each cell is in the array of distinct words, which has null for a missing one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not _is_text(cells.type):
        cells = cells.cast(pa.string())
    encoded = cells.combine_chunks().dictionary_encode()  # a column has far fewer words than cells
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    words = pc.utf8_trim_whitespace(encoded.dictionary)
    if strip is not None:
        words = pc.utf8_trim_whitespace(pc.utf8_rtrim(words, strip))
    return codes, pc.if_else(pc.is_in(words, pa.array(missing_values, words.type)), pa.scalar(None, words.type), words)


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _integers_of(words: pa.Array, numbers: np.ndarray) -> np.ndarray | None:
    """The exact numbers of words, where float64 cannot hold them; None where it can, or not all are 64-bit integers."""
    if not (np.abs(numbers) >= EXACT_INTEGERS).any():
        return None
    written = ["0" if word is None else word for word in words.to_pylist()]
    values = [int(word) if _INTEGER.fullmatch(word) else _whole(word) for word in written]
    for kind in (np.int64, np.uint64):
        limits = np.iinfo(kind)
        if all(value is not None and limits.min <= value <= limits.max for value in values):
            return np.array(values, kind)
    return None


def _whole(word: str) -> int | None:
    number = float(word)
    return int(number) if number.is_integer() else None


def spellings_of(
    source: Source, name: str, column: Column, missing_values: Sequence[str], strip: str | None = None
) -> np.ndarray | None:
    """(N,) how a column of labels is written, where its numbers do not say it: 001, 1.0, true, or beyond 64 bits.

    None where they do, where they are not integers, and where a number is written in two ways, which is one label.

    Args:
        source: the file.
        name: of the column.
        column: what it was read as.
        missing_values: words that stand for a missing value.
        strip: characters to take away at the end of words.
    """
    import pyarrow as pa

    if not isinstance(column, NumericColumn):
        return None
    numbers = column.numbers[~column.missing]
    if not np.isfinite(numbers).all() or not np.array_equal(numbers, np.round(numbers)):
        return None
    cells = source.table.column(name)
    if pa.types.is_dictionary(cells.type):
        cells = cells.cast(cells.type.value_type)
    if not (_is_text(cells.type) or pa.types.is_boolean(cells.type) or pa.types.is_decimal(cells.type)):
        return None
    codes, words = _words(cells, missing_values, strip)
    written = words.to_pylist()
    used = {written[code] for code in np.unique(codes).tolist() if code >= 0} - {None}
    is_exact = column.integers is not None or not (np.abs(numbers) >= EXACT_INTEGERS).any()
    if is_exact and all(_CANONICAL.fullmatch(word) for word in used):
        return None
    if len({same_label(word) for word in used}) < len(used):
        return None
    spelled: np.ndarray = np.array([*("" if word is None else word for word in written), ""])[codes]
    return spelled


def ids_of(source: Source, name: str) -> np.ndarray:
    """(N,) the cells of a column as words, untouched but for spaces around them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pc.utf8_trim_whitespace(source.table.column(name).cast(pa.string()))
    return np.array(["" if word is None else word for word in words.to_pylist()])


def suspicion(source: Source, name: str, column: Column) -> str | None:
    """A warning about a column of words that looks like numbers with a few mistakes in it."""
    if not isinstance(column, CategoricalColumn) or not column.categories:
        return None
    commas = sum(_DECIMAL_COMMA.fullmatch(word) is not None for word in column.categories)
    if commas >= MOSTLY_NUMBERS * len(column.categories):
        word = next(word for word in column.categories if _DECIMAL_COMMA.fullmatch(word))
        row = int(np.argmax(column.codes == column.categories.index(word)))
        message = f"{word!r} has a decimal comma, so the column is taken as categorical; write numbers with a point"
        return str(source.error(message, name, row))
    numeric = np.array([is_number(word) for word in column.categories])
    present = column.codes[~column.missing]
    share = numeric[present].mean() if len(present) else 0.0
    if not MOSTLY_NUMBERS <= share < 1:
        return None
    rows = np.flatnonzero(~column.missing & ~np.append(numeric, True)[column.codes])
    word = column.categories[column.codes[rows[0]]]
    message = (
        f"{len(rows)} of {len(column)} values are not numbers, the first is {word!r}, so the column is taken as "
        "categorical; list it under numeric, or the word under missing_values"
    )
    return str(source.error(message, name, int(rows[0])))


def is_number(word: str) -> bool:
    """Whether Arrow reads the word as a number."""
    try:
        float(word)
    except ValueError:
        return False
    return word.isascii() and "_" not in word and word == word.strip()


def _native_numbers(source: Source, name: str, cells: pa.ChunkedArray) -> NumericColumn:
    import pyarrow as pa

    kind = cells.type
    if pa.types.is_temporal(kind):
        cells = cells.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    elif not (pa.types.is_boolean(kind) or pa.types.is_null(kind) or _is_numeric(kind)):
        raise DataError(f"columns of the type {kind} cannot be read", file=str(source.path), key=name)
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


def _not_a_number(source: Source, name: str, words: Sequence[str | None], codes: np.ndarray) -> DataError:
    wrong = np.array([*(word is not None and not is_number(word) for word in words), False])
    rows = np.flatnonzero(wrong[codes])
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    return source.error(f"expected a number, found {words[codes[rows[0]]]!r}{more}", name, int(rows[0]))


def typed_columns(
    source: Source,
    required: Sequence[str],
    kinds: Mapping[str, Kind],
    missing_values: Sequence[str],
    strip: Mapping[str, str],
) -> dict[str, Column]:
    """Every required column of a file, and the others that hold numbers or words; `kinds` and `strip` are by name."""
    columns = {}
    for name in source.names:
        if name in required or not _is_nested(source, name):
            columns[name] = typed_column(source, name, kinds.get(name), missing_values, strip.get(name))
    return columns


def _is_nested(source: Source, name: str) -> bool:
    import pyarrow as pa

    kind = source.table.schema.field(name).type
    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind))
