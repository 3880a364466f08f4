"""Garbage: what may stand behind the end of a sequence, or where a label is not observed, without any effect."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice

import numpy as np

from dlcli.data import EncodedTargets, Rows

#: floats that spread through sums and products, also through products with 0
FLOATS = (np.nan, np.inf, -np.inf, -1e30)
#: integers that are no class of any problem
CLASSES = (-1, 10**9, -(10**9))


def with_garbage(values: EncodedTargets, hidden: np.ndarray) -> Iterator[EncodedTargets]:
    """Yield copies of an array or rows with garbage in some places: each kind alone, then all kinds side by side.

    Args:
        values: Array (N, …) or rows.
        hidden: Where the garbage is, (N,) or of more leading axes of the array; bool.
    """
    if isinstance(values, Rows):
        for columns in zip(*(with_garbage(column, hidden) for column in values.columns.values()), strict=False):
            yield values.with_columns(dict(zip(values.columns, columns, strict=True)))
        return
    kinds = FLOATS if values.dtype.kind == "f" else CLASSES
    count = values[hidden].size
    for garbage in (*((kind,) for kind in kinds), kinds):
        changed = values.copy()
        changed[hidden] = np.array([*islice(cycle(garbage), count)], values.dtype).reshape(changed[hidden].shape)
        yield changed


def assert_same_bits(actual: np.ndarray, expected: np.ndarray, what: str) -> None:
    """Check that two arrays are equal in every bit, except for the sign of zeros."""
    np.testing.assert_array_equal(actual, expected, err_msg=what)
    assert actual.dtype == expected.dtype, what
