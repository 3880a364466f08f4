"""What is predicted: classes by name, or values in their unit."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from dlcli.data.normalization import Normalization, Scaling
from dlcli.errors import ConfigError, DataError, unknown_name

TargetKind = Literal["classes", "values", "tokens", "token_labels"]

#: whole numbers with more distinct values than this are values, not classes
MOST_CLASSES_OF_NUMBERS = 100

#: how many classes a message lists
SHOWN = 10


def infer_target_kind(targets: np.ndarray) -> TargetKind:
    """Words are classes; whole numbers are, if few of them differ; the rest is values.

    Few is at most 100 and at most half the number of examples.
    """
    if targets.ndim > 1:
        return "values"
    if targets.dtype.kind in "USOb":
        return "classes"
    if targets.dtype.kind == "f" and not np.array_equal(targets, np.round(targets)):
        return "values"
    distinct = len(np.unique(targets))
    return "classes" if distinct <= min(MOST_CLASSES_OF_NUMBERS, len(targets) // 2) else "values"


def plain_labels(targets: np.ndarray) -> np.ndarray:
    """(N,) labels as words or whole numbers.

    Raises:
        DataError: several columns, or numbers that are not whole.
    """
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim != 1:
        raise DataError(
            f"classes are one label for each example; the targets have the shape {targets.shape} "
            "(of one-hot rows, save the argmax)"
        )
    if targets.dtype.kind == "b":
        return np.where(targets, "true", "false")
    if targets.dtype.kind == "f":
        whole = np.isfinite(targets) & (targets == np.round(targets))
        if not whole.all():
            row = int(np.argmin(whole))
            raise DataError(f"classes are words or whole numbers; the label of example {row} is {targets[row]}")
        return targets.astype(np.int64)
    return targets.astype(str) if targets.dtype.kind in "SO" else targets


@dataclass(frozen=True)
class ClassLabels:
    """The classes of a problem, in the order of the model's outputs.

    Args:
        names: what the classes are called.
        labels: as they stand in the data, sorted; None = they are the names.
        column: the label's column, where it has a name.
        counts: how many training examples each class has; None where that is not known.
    """

    kind: ClassVar[TargetKind] = "classes"
    names: tuple[str, ...]
    labels: tuple[str, ...] | tuple[int, ...] | None = None
    column: str | None = None
    counts: tuple[int, ...] | None = None

    @classmethod
    def fit(cls, targets: np.ndarray, names: Sequence[str] | None, column: str | None) -> ClassLabels:
        """The classes that the training set has.

        Args:
            targets: (N,) labels of the training set.
            names: names of the labels 0 … K−1, or of the sorted labels; the labels themselves where None.
            column: the label's column, where it has a name.

        Raises:
            DataError: one class only, or another number of names than of classes.
        """
        unique, appearances = np.unique(plain_labels(targets), return_counts=True)
        counts = dict(zip(unique.tolist(), appearances.tolist(), strict=True))
        found = list(counts)
        if names is not None and all(isinstance(label, int) and 0 <= label < len(names) for label in found):
            found = list(range(len(names)))
        if names is not None and len(names) != len(found):
            shown = f"{len(names)} class names for the {len(found)} labels {abbreviated(found)}"
            raise DataError(shown, key="data.dataset.class_names")
        if len(found) < 2:
            raise DataError(f"the training set has one class only, {found[0]!r}: there is nothing to tell apart")
        called = tuple(map(str, found)) if names is None else tuple(names)
        return cls(called, tuple(found), column, tuple(counts.get(label, 0) for label in found))

    def encode(self, targets: np.ndarray, split: str) -> np.ndarray:
        """(N,) int64 positions among the classes.

        Raises:
            DataError: a label that the training set does not have.
        """
        labels = self.names if self.labels is None else self.labels
        known = np.array(labels)
        given = plain_labels(targets)
        if known.dtype.kind != given.dtype.kind and "U" in (known.dtype.kind, given.dtype.kind):
            known, given = known.astype(str), given.astype(str)
        order = np.argsort(known)
        positions = order[np.minimum(np.searchsorted(known, given, sorter=order), len(known) - 1)]
        unseen = known[positions] != given
        if unseen.any():
            label = str(given[np.argmax(unseen)])
            where = "" if self.column is None else f" in {self.column}"
            near = difflib.get_close_matches(label, map(str, labels), n=SHOWN) or map(str, labels[:SHOWN])
            hint = unknown_name("label", label, map(str, labels) if len(labels) <= SHOWN else near)
            raise DataError(f"{split} has the label {label!r}{where}, which the training set does not have: {hint}")
        return positions.astype(np.int64)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": "classes",
            "names": list(self.names),
            "labels": self.labels and list(self.labels),
            "column": self.column,
            "counts": self.counts and list(self.counts),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> ClassLabels:
        return cls(
            tuple(document["names"]),
            document["labels"] and tuple(document["labels"]),
            document["column"],
            document["counts"] and tuple(document["counts"]),
        )


@dataclass(frozen=True)
class Values:
    """Numbers to be predicted.

    Args:
        names: the K target columns, where they have names.
        scaling: from their unit to what the model is trained on; shift and scale are (K,).
    """

    kind: ClassVar[TargetKind] = "values"
    names: tuple[str, ...]
    scaling: Scaling

    @classmethod
    def fit(cls, targets: np.ndarray, normalization: Normalization, names: tuple[str, ...]) -> Values:
        """The scaling of the training set's targets, each target on its own."""
        columns = as_columns(targets, "the training set")
        scaling = normalization.fit([columns])
        width = columns.shape[1:]
        return cls(names, Scaling(np.broadcast_to(scaling.shift, width), np.broadcast_to(scaling.scale, width)))

    @property
    def count(self) -> int:
        """How many values an example has."""
        return self.scaling.shift.size

    def encode(self, targets: np.ndarray, split: str) -> np.ndarray:
        """(N, K) float32.

        Raises:
            DataError: another number of targets than in the training set, or infinite ones.
        """
        columns = as_columns(targets, split)
        if columns.shape[1] != self.count:
            raise DataError(
                f"{split} has {columns.shape[1]} targets an example where the training set has {self.count}"
            )
        return self.scaling.apply(columns).astype(np.float32)

    def inverse(self, outputs: np.ndarray) -> np.ndarray:
        """(N, K) float64 in the targets' unit, from what a model puts out."""
        return self.scaling.inverse(outputs)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": "values",
            "names": list(self.names),
            "scaling": self.scaling.to_json(),
        }


def as_columns(targets: np.ndarray, split: str) -> np.ndarray:
    """(N, K) float64.

    Raises:
        ConfigError: words, where values are asked for.
        DataError: NaN or infinity.
    """
    if targets.dtype.kind not in "biuf":
        raise ConfigError(f"regression needs numbers as targets; {split} has {str(targets[0])!r}", key="task")
    columns = targets.reshape(len(targets), -1).astype(np.float64)
    finite = np.isfinite(columns).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise DataError(
            f"{split}: {int((~finite).sum())} targets are not finite, the first is {columns[row]} of example {row}"
        )
    return columns


def abbreviated(items: Sequence[object], most: int = 5) -> str:
    """The first few of a long list."""
    shown = ", ".join(map(str, items[:most]))
    return f"{shown}, …" if len(items) > most else shown
