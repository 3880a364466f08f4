"""Predictions as rows for people and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dlcli.data import SequenceSource, Split
from dlcli.diagnosis import TEXT_STRETCHES
from dlcli.tasks import Predictions

#: a long text is cut into this many stretches, which count as independent of each other
STRETCHES = 40
#: what a row calls its parts; a predicted column of such a name would hide one of them or be taken for it
FIELDS = ("id", "target", "group", "class", "probability", "nats", "prediction", "truth", "label", "error")


def value_keys(names: Sequence[str], count: int) -> list[str]:
    """What rows call the predicted values: their columns' names, unless one of these is a field of rows.

    Args:
        names: of the predicted columns; empty where they have none.
        count: number of predicted values.
    """
    if not names:
        return ["value"] if count == 1 else [f"value_{k}" for k in range(count)]
    if not set(names) & {*FIELDS}:
        return list(names)
    return ["prediction"] if count == 1 else [f"prediction_{name}" for name in names]


def prediction_rows(
    ids: np.ndarray, predictions: Predictions, class_names: Sequence[str], value_names: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """One mapping for each example: `id`, then `class` and `probability`, or `nats`, or the predicted values by name.

    Args:
        ids: (N,) of the examples.
        predictions: of the same examples.
        class_names: in the order of the model's outputs; empty for regression.
        value_names: of the predicted values; where they have none they are called `value`, or `value_0` … `value_K`,
            and where one is a field of rows, such as `target`, `prediction`, or `prediction_<column>` of several.
    """
    if predictions.labels is not None and predictions.probabilities is not None:
        sureness = np.take_along_axis(predictions.probabilities, predictions.labels[:, None], axis=1)[:, 0]  # (N,)
        for example, label, probability in zip(
            ids.tolist(), predictions.labels.tolist(), sureness.tolist(), strict=True
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
    """What each row of predictions is known by: its example, and the step where each step of a sequence has a row.

    Args:
        split: the examples.
        rows: how many predictions there are of them.
    """
    if rows == len(split.ids):
        return split.ids
    assert isinstance(split.inputs, SequenceSource), "only sequences have several rows an example"
    lengths = split.inputs.lengths
    return np.array([f"{example}:{step}" for example, n in zip(split.ids, lengths, strict=True) for step in range(n)])


def row_units(split: Split, rows: int) -> np.ndarray | None:
    """What each row of predictions was sampled together with; None where each is independent of all others.

    The steps of a sequence belong together, and so do the examples of a group. Neighboring windows of one long text
    are alike, so that they count as a limited number of stretches.

    Args:
        split: examples.
        rows: number of predictions there are of them.
    """
    source = split.inputs if isinstance(split.inputs, SequenceSource) else None
    if source is not None and source.continuous:
        return np.arange(rows) * min(STRETCHES, rows) // rows
    if source is not None and rows != len(split):
        groups = np.arange(len(split)) if split.groups is None else split.groups
        return np.repeat(groups, source.lengths)
    return split.groups


def unit_name(split: Split, rows: int) -> str:
    """What is sampled independently, in the plural; arguments as those of `row_units`."""
    if split.groups is not None:
        return "groups"
    if not isinstance(split.inputs, SequenceSource) or not (split.inputs.continuous or rows != len(split)):
        return "examples"
    return TEXT_STRETCHES if split.inputs.continuous else "sequences"


def target_rows(truth: np.ndarray, *, class_names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One mapping for each example: its true class or values, or the size of its text, as `target`.

    Args:
        truth: class indices (N,), values (N,) or (N, K) as the file has them, or (N, 3) of texts.
        class_names: in the order of the indices; empty where no classes are predicted.
    """
    for row in truth.reshape(len(truth), -1).tolist():
        yield {"target": class_names[row[0]] if class_names else row[0] if len(row) == 1 else row}
