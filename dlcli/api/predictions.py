"""Predictions and targets as rows for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dlcli.data import SequenceSource, Split
from dlcli.diagnosis import TEXT_STRETCHES
from dlcli.tasks import Predictions

#: Number of stretches into which a long text is divided, the sampling units of its errors.
STRETCHES = 40
#: Field names of rows; a predicted column of the same name would overwrite a field or be mistaken for it.
FIELDS = ("id", "target", "group", "class", "probability", "nats", "prediction", "truth", "label", "error")


def value_keys(names: Sequence[str], count: int) -> list[str]:
    """Return the keys of the predicted values in a row: the column names, unless one of them is in `FIELDS`.

    Args:
        names: Names of the predicted columns; empty if they have no names.
        count: Number of predicted values.
    """
    if not names:
        return ["value"] if count == 1 else [f"value_{k}" for k in range(count)]
    if not set(names) & {*FIELDS}:
        return list(names)
    return ["prediction"] if count == 1 else [f"prediction_{name}" for name in names]


def prediction_rows(
    ids: np.ndarray, predictions: Predictions, class_names: Sequence[str], value_names: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield a mapping for each example: `id`, then `class` and `probability`, or `nats`, or the predicted values.

    Args:
        ids: Ids (N,) of the examples.
        predictions: Predictions for the same examples.
        class_names: Names of the classes in the order of the model's outputs; empty for regression.
        value_names: Names of the predicted values. Without names, the keys are `value`, or `value_0` to `value_<K−1>`.
            If a name is in `FIELDS`, such as `target`, the keys are `prediction`, or `prediction_<column>`.
    """
    if predictions.labels is not None and predictions.probabilities is not None:
        confidence = np.take_along_axis(predictions.probabilities, predictions.labels[:, None], axis=1)[:, 0]  # (N,)
        for example, label, probability in zip(
            ids.tolist(), predictions.labels.tolist(), confidence.tolist(), strict=True
        ):
            yield {"id": example, "class": class_names[label], "probability": probability}
        return
    if predictions.nats is not None:
        for example, nats in zip(ids.tolist(), predictions.nats.tolist(), strict=True):
            yield {"id": example, "nats": nats}
        return
    values = predictions.best_guess().reshape(len(ids), -1)  # (N, K)
    keys = value_keys(value_names, values.shape[1])
    for example, row in zip(ids.tolist(), values.tolist(), strict=True):
        yield {"id": example, **dict(zip(keys, row, strict=True))}


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


def target_rows(truth: np.ndarray, *, class_names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield a mapping for each example, whose `target` is its true class, its values, or the size of its text.

    Args:
        truth: Class indices (N,), values (N,) or (N, K) in the unit of the file, or sizes (N, 3) of texts.
        class_names: Names of the classes in the order of the indices; empty if no classes are predicted.
    """
    for row in truth.reshape(len(truth), -1).tolist():
        yield {"target": class_names[row[0]] if class_names else row[0] if len(row) == 1 else row}
