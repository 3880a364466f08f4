"""Index columns, which data frames write next to the data."""

from __future__ import annotations

import re

import numpy as np

from dlcli.data.formats.columns import Source, is_nested

#: the names that pandas gives to an index without a name
_UNNAMED = re.compile(r"|Unnamed: \d+(?:_level_\d+)?(?:\.\d+)*|__index_level_\d+__")

#: the names that pandas gives to an index that becomes a column
_RESET = re.compile(r"index|level_\d+")

#: minimum number of rows; fewer may be consecutive numbers by chance
MIN_ROWS = 10


def index_columns(source: Source) -> dict[str, str]:
    """Return columns without data, an index of pandas or an empty column → reason."""
    reasons = {}
    for name in source.names:
        if _UNNAMED.fullmatch(name) and _is_empty(source, name):
            reasons[name] = "every cell is empty, as if all lines end with a delimiter"
        elif name.startswith("__index_level_") and _UNNAMED.fullmatch(name):
            reasons[name] = "the index of a data frame"
        elif _UNNAMED.fullmatch(name) and _are_distinct_integers(source, name):
            reasons[name] = "row numbers, as pandas writes the index of a data frame"
        elif _RESET.fullmatch(name) and are_row_numbers(_integers(source, name), min_rows=1):
            reasons[name] = "row numbers, as the index of a data frame"
    return reasons


def named_index(source: Source) -> tuple[str, ...]:
    """Return the columns of a Parquet file that pandas marks as the index."""
    try:
        metadata = source.table.schema.pandas_metadata
    except (ValueError, RecursionError):  # of another program, or damaged: the data does not depend on it
        return ()
    columns = metadata.get("index_columns", ()) if isinstance(metadata, dict) else ()
    return tuple(name for name in columns if isinstance(name, str) and name in source)


def are_row_numbers(values: np.ndarray | None, *, min_rows: int = MIN_ROWS) -> bool:
    """Return whether values are 0 … N−1 or 1 … N, in any order.

    Args:
        values: (N,) numbers; None = the column is not numeric.
        min_rows: Number of rows below which the result is false.
    """
    if values is None or len(values) < min_rows:
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
    """Return the (N,) integers of a column; None if a cell is not an integer."""
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
