"""Columns that number the rows, as data frames write them next to the data."""

from __future__ import annotations

import re

import numpy as np

from dlcli.data.formats.columns import Source, is_nested

#: the names that pandas gives to an index without a name
_UNNAMED = re.compile(r"|Unnamed: \d+(?:_level_\d+)?(?:\.\d+)*|__index_level_\d+__")

#: the names that pandas gives to an index that becomes a column
_RESET = re.compile(r"index|level_\d+")

#: fewer rows than this may well be in order by chance
FEWEST_ROWS = 10


def index_columns(source: Source) -> dict[str, str]:
    """The columns that hold no data: an index of pandas, or nothing at all; each with the reason."""
    found = {}
    for name in source.names:
        if _UNNAMED.fullmatch(name) and _is_empty(source, name):
            found[name] = "every cell is empty, as where all lines end in a delimiter"
        elif name.startswith("__index_level_") and _UNNAMED.fullmatch(name):
            found[name] = "the index of a data frame"
        elif _UNNAMED.fullmatch(name) and _are_distinct_integers(source, name):
            found[name] = "row numbers, as pandas writes the index of a data frame"
        elif _RESET.fullmatch(name) and numbers_rows(_integers(source, name), least=1):
            found[name] = "row numbers, as the index of a data frame"
    return found


def named_index(source: Source) -> tuple[str, ...]:
    """The columns of a Parquet file that pandas knows as the index."""
    try:
        metadata = source.table.schema.pandas_metadata
    except (ValueError, RecursionError):  # written by something else, or damaged: the data does not depend on it
        return ()
    columns = metadata.get("index_columns", ()) if isinstance(metadata, dict) else ()
    return tuple(name for name in columns if isinstance(name, str) and name in source)


def numbers_rows(values: np.ndarray | None, *, least: int = FEWEST_ROWS) -> bool:
    """Whether values are 0 … N−1 or 1 … N, in any order.

    Args:
        values: (N,) numbers; None = there are none.
        least: number of rows below which nothing is said.
    """
    if values is None or len(values) < least:
        return False
    low = values.min()  # NaN where one is missing
    if low not in (0, 1) or values.max() != low + len(values) - 1:
        return False
    return bool(np.array_equal(np.sort(values), low + np.arange(len(values))))


def _is_empty(source: Source, name: str) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = source.table.column(name)
    if cells.null_count == len(cells):
        return True
    if not pa.types.is_string(cells.type):
        return False
    return not pc.any(pc.greater(pc.binary_length(pc.utf8_trim_whitespace(cells)), 0)).as_py()


def _integers(source: Source, name: str) -> np.ndarray | None:
    """(N,) the integers of a column; None where a cell is something else."""
    import pyarrow as pa

    if is_nested(source, name):
        return None
    cells = source.table.column(name)
    try:
        integers = cells.cast(pa.int64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return None if integers.null_count else integers.to_numpy()


def _are_distinct_integers(source: Source, name: str) -> bool:
    values = _integers(source, name)
    return values is not None and len(np.unique(values)) == len(values)
