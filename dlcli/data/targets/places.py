"""Columns of places in images: coordinates as fractions of the image, in which cells may be empty."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dlcli.core import ConfigError, DataError, ErrorCode, formatting, under
from dlcli.data.examples import Examples
from dlcli.data.normalization import NoNormalization, Normalization
from dlcli.data.table import CategoricalColumn, Column

#: how far a place may lie outside the image, since fractions in files are rounded; it is then moved to the border
ROUNDING = 1e-3


def target_columns(examples: Examples, what: str) -> dict[str, Column]:
    """Return the columns of targets, by name.

    Args:
        examples: Raw examples.
        what: Plural of the targets, for the message.

    Raises:
        ConfigError: The data has no named columns of targets.
    """
    columns = {name: examples.fields[name] for name in examples.target_names if name in examples.fields}
    if not columns:
        message = f"{what} require columns of targets, such as those of a CSV file that lists images"
        raise ConfigError(message, code="not_applicable", key="targets")
    return columns


def coordinates(examples: Examples, names: Sequence[str]) -> np.ndarray:
    """Return columns of numbers (N, len(names)) float64, NaN where a cell is empty.

    Raises:
        DataError: A cell is not a number, or is infinite; the error has its place.
    """
    return np.stack([_numbers(examples, name) for name in names], axis=1)


def check_cells(
    examples: Examples,
    is_wrong: np.ndarray,
    names: Sequence[str],
    message: Callable[[int, int], str],
    code: ErrorCode,
) -> None:
    """Check that no cell is wrong.

    Args:
        examples: Raw examples.
        is_wrong: Whether each cell is wrong (N, len(names)).
        names: Names of the columns.
        message: Function from the row and the column of the first wrong cell to what is wrong with it.
        code: Code of the error.

    Raises:
        DataError: A cell is wrong; the error has the place of the first one, and the number of other wrong rows.
    """
    rows = np.flatnonzero(is_wrong.any(axis=1))
    if len(rows):
        row = int(rows[0])
        column = int(is_wrong[row].argmax())
        more = f"; so are {formatting.count(len(rows) - 1, 'more row')}" if len(rows) > 1 else ""
        raise cell_error(examples, row, names[column], message(row, column) + more, code)


def cell_error(examples: Examples, row: int, column: str, message: str, code: ErrorCode) -> DataError:
    """Return an error with the place of a cell, as far as the data has places."""
    place = {} if examples.place_of is None else dict(examples.place_of(row))
    if "line" not in place:
        message = f"row {row + 1}: {message}"
    return DataError(message, code=code, key=column, **place)


def refuse_normalization(normalization: Normalization) -> None:
    """Refuse a normalization of targets, which places do not have.

    Raises:
        ConfigError: There is one.
    """
    if not isinstance(normalization, NoNormalization):
        with under("target_normalization"):
            raise ConfigError("places in an image are fractions of it, which are not scaled", code="not_applicable")


def _numbers(examples: Examples, name: str) -> np.ndarray:
    column = examples.fields[name]
    numbers = _numbers_of_words(examples, name, column) if isinstance(column, CategoricalColumn) else column.numbers
    check_cells(
        examples,
        np.isinf(numbers)[:, None],
        [name],
        lambda row, _: f"expected a finite number, got {numbers[row]}",
        "non_finite",
    )
    return numbers


def _numbers_of_words(examples: Examples, name: str, column: CategoricalColumn) -> np.ndarray:
    """Return the numbers of a column that was read as words, such as one without any number."""
    words = column.values()
    is_wrong = np.array([not _is_number(word) for word in words.tolist()])[:, None]
    check_cells(examples, is_wrong, [name], lambda row, _: f"expected a number, got {words[row]!r}", "wrong_type")
    return np.array([float(word) if word else np.nan for word in words.tolist()])


def _is_number(word: str) -> bool:
    """Return whether a cell is empty or a number."""
    try:
        float(word or "0")
    except ValueError:
        return False
    return True
