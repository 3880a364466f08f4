"""Values of columns of words that the training set does not have."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from dlcli.data.examples import Examples
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.table import Table


def unseen_categories(
    splits: Mapping[str, tuple[Examples, np.ndarray]], preprocessor: Preprocessor, *, explained: Collection[str] = ()
) -> tuple[str, ...]:
    """A warning for each column with values that the training set does not have, whatever the number of splits.

    Args:
        splits: split → examples, and which of their rows (n,) it has.
        preprocessor: treatment that was fitted to the training set.
        explained: columns of which another warning says why their values are different.
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
        f"{', '.join(of_splits)} values of {column} are not in the training set; they count as no category"
        for column, of_splits in counts.items()
        if column not in explained
    )
