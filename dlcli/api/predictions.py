"""Ids and sampling units of the rows of predictions: one for each example, or for each step of a sequence."""

from __future__ import annotations

import numpy as np

from dlcli.data import SequenceSource, Split
from dlcli.diagnosis import TEXT_STRETCHES

#: Number of stretches into which a long text is divided, the sampling units of its errors.
STRETCHES = 40


def row_ids(split: Split, rows: int) -> np.ndarray:
    """Return the id of each row of predictions: that of the example, plus the step if each step has its own row.

    Args:
        split: Examples.
        rows: Number of predictions.
    """
    if rows == len(split.ids):
        return split.ids
    assert isinstance(split.inputs, SequenceSource), "only sequences have several rows per example"
    lengths = split.inputs.lengths
    return np.array([f"{example}:{step}" for example, n in zip(split.ids, lengths, strict=True) for step in range(n)])


def row_units(split: Split, rows: int) -> np.ndarray | None:
    """Return the sampling unit of each row of predictions; None if the rows are independent.

    The steps of a sequence form one unit, and so do the examples of a group. Neighboring windows of a long text are
    correlated, so the text is divided into at most `STRETCHES` units.

    Args:
        split: Examples.
        rows: Number of predictions.
    """
    source = split.inputs if isinstance(split.inputs, SequenceSource) else None
    if source is not None and source.continuous:
        return np.arange(rows) * min(STRETCHES, rows) // rows
    if source is not None and rows != len(split):
        groups = np.arange(len(split)) if split.groups is None else split.groups
        return np.repeat(groups, source.lengths)
    return split.groups


def unit_name(split: Split, rows: int) -> str:
    """Return the plural of the sampling unit; the arguments are those of `row_units`."""
    if split.groups is not None:
        return "groups"
    if not isinstance(split.inputs, SequenceSource) or not (split.inputs.continuous or rows != len(split)):
        return "examples"
    return TEXT_STRETCHES if split.inputs.continuous else "sequences"
