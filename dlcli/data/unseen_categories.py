"""Warnings about categories that the training set does not have."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from dlcli.data.examples import Examples
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.table import Table


def unseen_categories(
    splits: Mapping[str, tuple[Examples, np.ndarray]], preprocessor: Preprocessor, *, explained: Collection[str] = ()
) -> tuple[str, ...]:
    """Return one warning for each column with values that the training set does not have.

    Args:
        splits: Split → examples, and (n,) row numbers of the split.
        preprocessor: Preprocessor fit on the training set.
        explained: Columns whose new values another warning explains.
    """
    counts: dict[str, list[str]] = {}
    if preprocessor.encoder is None:
        return ()
    for name, (examples, rows) in splits.items():
        if isinstance(examples.inputs, Table):
            unknown = preprocessor.encoder.unknown_categories(examples.inputs.take(rows))
            for column, count in unknown.items():
                counts.setdefault(column, []).append(f"{name}: {count} of {len(rows)}")
    return tuple(
        f"{', '.join(split_counts)} values of {column} are not in the training set; they count as no category"
        for column, split_counts in counts.items()
        if column not in explained
    )
