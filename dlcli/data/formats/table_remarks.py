"""Remarks for the user about table columns that may not be read as intended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np

from dlcli.core import formatting
from dlcli.data.formats.columns import Reading, Source
from dlcli.data.formats.index_columns import MIN_ROWS, are_row_numbers, named_index
from dlcli.data.formats.missing_values import DEFAULTS
from dlcli.data.formats.number_advice import NumberAdvice, number_advice
from dlcli.data.formats.number_syntax import NumberSyntax, is_number
from dlcli.data.labels import abbreviated, are_labels
from dlcli.data.table import CategoricalColumn, Column, Kind, NumericColumn

if TYPE_CHECKING:
    from dlcli.data.formats.tables import Layout, TableOptions

#: maximum number of full remarks of one kind; of the others, only the columns are named
MAX_REMARKS = 5

#: number of distinct words in a column above which there is a remark
MANY_CATEGORIES = 1000


@dataclass(frozen=True)
class TableRemarks:
    """Remarks about a table.

    Args:
        texts: Remarks, one line each.
        uninformative: Inputs that the remarks recommend to drop.
        misread: Inputs that the remarks report as numbers that are read as words.
    """

    texts: tuple[str, ...]
    uninformative: frozenset[str]
    misread: frozenset[str]


class _Check(Protocol):
    """A function that returns a remark about a column, or None."""

    def __call__(self, name: str, reading: Reading) -> str | None: ...


def table_remarks(
    source: Source, layout: Layout, readings: Mapping[str, Reading], options: TableOptions
) -> TableRemarks:
    """Collect remarks about a training file; for each column, only the most important one.

    Args:
        source: Columns of the file.
        layout: Roles of the columns.
        readings: Typed columns.
        options: Options of the format.
    """
    features = [name for name in layout.features if name in readings]
    columns = [*features, *(name for name in layout.targets if name in readings)]
    inferred = [name for name in columns if name not in layout.kinds]
    index = [name for name in named_index(source) if name in features and name not in options.named]
    # the only input of a time series or a toy example may be consecutive numbers
    counting = features if len(features) > 1 and not options.features else []
    words = [] if options.features else [name for name in features if name in inferred]
    checks: list[tuple[_Check, Sequence[str]]] = [
        (lambda name, reading: _on_numbers(source, name, reading.column, options.syntax), inferred),
        (_on_row_numbers, counting),
        (_on_identifiers, words),
        (_on_missing_words, columns),
        (_on_respelled_words, columns),
    ]
    by_check: list[dict[str, str]] = []
    remarked = {*index}
    for check, names in checks:
        remarks = {name: remark for name in names if name not in remarked and (remark := check(name, readings[name]))}
        remarked |= set(remarks)
        by_check.append(remarks)
    misread, numbering, identifying, *_ = by_check
    return TableRemarks(
        (
            *_header_remarks(source, layout, readings, columns),
            *(
                f"{source.path} {name}: the index of a data frame; list it under id, exclude or features"
                for name in index
            ),
            *(text for remarks in by_check for text in _few(source, [*remarks.items()])),
        ),
        frozenset([*index, *numbering, *identifying]),
        frozenset(misread),
    )


def _header_remarks(
    source: Source, layout: Layout, readings: Mapping[str, Reading], columns: Sequence[str]
) -> Iterator[str]:
    """Yield remarks on columns that are ignored by their names, and on a header that may be an example."""
    for name, why in layout.ignored.items():
        yield f"{source.path}: the column {name!r} is not an input: {why}; list it under features if it is one"
    if source.has_assumed_header and _looks_like_data(source, readings, columns):
        names = abbreviated([*map(repr, source.names)])
        yield (
            f"{source.path}: the first line looks like data but is used as the header: {names}; "
            "set header: false if it is an example, or header: true if these are the names"
        )


def check_label(source: Source, name: str, column: Column, kinds: Mapping[str, Kind], syntax: NumberSyntax) -> None:
    """Reject a numeric label that would become classes because some of its values are not numbers.

    Raises:
        DataError: The label is such a column; the error has the line of the first such value.
    """
    if name in kinds or not isinstance(column, CategoricalColumn):
        return
    advice = _advice(column, syntax)
    if advice is None:
        return
    readings = (numbers[np.isfinite(numbers)] for numbers in advice.readings)
    if any(len(numbers) and not are_labels(numbers) for numbers in readings):
        message = _not_numbers(advice, len(column))
        raise source.error(
            f"{message}; list the column under categorical if these are classes", name, advice.row, "wrong_type"
        )


def _advice(column: CategoricalColumn, syntax: NumberSyntax) -> NumberAdvice | None:
    import pyarrow as pa

    return number_advice(pa.array(column.categories, pa.string()), column.codes, syntax)


def _not_numbers(advice: NumberAdvice, size: int) -> str:
    if advice.reason is None:
        return f"{advice.count} of {size} values are not numbers, the first is {advice.word!r}; {advice.fix}"
    return f"{advice.word!r} {advice.reason}, the first of {advice.count} such values among {size}; {advice.fix}"


def _few(source: Source, remarks: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the first remarks of a kind, and one that names the columns of the others."""
    for name, remark in remarks[:MAX_REMARKS]:
        yield f"{source.path} {name}: {remark}" if not remark.startswith(str(source.path)) else remark
    others = [name for name, _ in remarks[MAX_REMARKS:]]
    if others:
        yield f"{source.path}: the same holds for {formatting.count(len(others), 'more column')}: {abbreviated(others)}"


def _on_numbers(source: Source, name: str, column: Column, syntax: NumberSyntax) -> str | None:
    if not isinstance(column, CategoricalColumn):
        return None
    advice = _advice(column, syntax)
    if advice is None:
        return None
    message = f"{_not_numbers(advice, len(column))}; the column is read as categorical, which `categorical` confirms"
    return str(source.error(message, name, advice.row))


def _on_missing_words(name: str, reading: Reading) -> str | None:  # noqa: ARG001
    if not reading.read_as_missing:
        return None
    counts = abbreviated(
        [f"{word!r} ({count} of {len(reading.column)} cells)" for word, count in reading.read_as_missing.items()]
    )
    if isinstance(reading.column, NumericColumn):
        return f"{counts} among numbers read as missing; list the column under categorical if it has words"
    return f"{counts} read as missing; set default_missing_values: false if it is a value"


def _on_respelled_words(name: str, reading: Reading) -> str | None:  # noqa: ARG001
    if not reading.respelled:
        return None
    return f"{formatting.count(reading.respelled, 'word')} merged with words that are equal in Unicode form NFC"


def _on_row_numbers(name: str, reading: Reading) -> str | None:  # noqa: ARG001
    if not isinstance(reading.column, NumericColumn) or not are_row_numbers(reading.column.numbers):
        return None
    return "row numbers, which are not informative for other data; list it under id or exclude"


def _on_identifiers(name: str, reading: Reading) -> str | None:  # noqa: ARG001
    column = reading.column
    if not isinstance(column, CategoricalColumn) or len(column) < MIN_ROWS:
        return None
    if len(column.categories) == len(column):
        return "a different word in every row, so a model cannot learn from it; list it under id or exclude"
    if len(column.categories) > MANY_CATEGORIES:
        return (
            f"{len(column.categories)} different words become as many one-hot columns; exclude it, or group the words"
        )
    return None


def _looks_like_data(source: Source, readings: Mapping[str, Reading], names: Sequence[str]) -> bool:
    """Return whether the names of the columns may be values of these columns."""
    numeric = [name for name in names if isinstance(readings[name].column, NumericColumn)]
    numbers = [name for name in numeric if is_number(name)]
    if not numeric:
        return bool(names) and all(name in getattr(readings[name].column, "categories", ()) for name in names)
    if not numbers or any(not is_number(name) and name not in ("", "?", *DEFAULTS) for name in numeric):
        return False
    return not _count_up([float(name) for name in source.names if is_number(name)])


def _count_up(numbers: Sequence[float]) -> bool:
    """Return whether numbers are consecutive, like the names of unnamed columns."""
    return len(numbers) > 1 and all(b - a == 1 for a, b in pairwise(numbers))
