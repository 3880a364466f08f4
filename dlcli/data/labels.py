"""Targets of examples: classes by name, or values in their unit."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from dlcli.core import ConfigError, DataError, formatting, under, unknown_name
from dlcli.data.normalization import Normalization, Scaling

TargetKind = Literal["classes", "values", "tokens", "token_labels"]

#: label of a class in the data
Label: TypeAlias = str | int
#: names of the labels 0 … K−1 or of the sorted labels, or label → name
ClassNames: TypeAlias = Sequence[str] | Mapping[str, str] | Mapping[Label, str]

#: integers with more distinct values than this are values, not classes
MAX_INTEGER_CLASSES = 100

#: pairs of labels whose second one is the positive class by convention
CONVENTIONAL_PAIRS = (
    ("0", "1"),
    ("-1", "1"),
    ("no", "yes"),
    ("n", "y"),
    ("f", "t"),
    ("off", "on"),
    ("negative", "positive"),
    ("neg", "pos"),
    ("-", "+"),
)

#: maximum number of items that a message lists
MAX_LISTED = 10


class LabelError(DataError):
    """A label that is not one of the classes."""


def infer_target_kind(targets: np.ndarray) -> TargetKind:
    """Infer whether targets are classes or values.

    Words are classes, and so are integers with at most 100 distinct values and at most half as many as examples. All
    other targets are values.
    """
    if targets.ndim > 1:
        return "values"
    if targets.dtype.kind in "USOb":
        return "classes"
    if targets.dtype.kind == "f" and not np.array_equal(targets, np.round(targets)):
        return "values"
    distinct = len(np.unique(targets))
    return "classes" if distinct <= min(MAX_INTEGER_CLASSES, len(targets) // 2) else "values"


def plain_labels(targets: np.ndarray) -> np.ndarray:
    """Return (N,) labels as words or integers.

    Raises:
        DataError: There are several columns, or numbers that are not integers.
    """
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim != 1:
        raise DataError(
            f"expected one class label for each example, got targets of shape {targets.shape} "
            "(for one-hot rows, save the argmax)",
            code="wrong_shape",
        )
    if targets.dtype.kind == "b":
        return np.where(targets, "true", "false")
    if targets.dtype.kind == "f":
        whole = np.isfinite(targets) & (targets == np.round(targets)) & (np.abs(targets) < 2.0**63)
        if not whole.all():
            row = int(np.argmin(whole))
            raise LabelError(
                f"expected words or integers as classes, got {targets[row]} for example {row}", code="wrong_type"
            )
        return targets.astype(np.int64)
    return targets.astype(str) if targets.dtype.kind in "SO" else targets


def distinct_labels(targets: np.ndarray, spellings: np.ndarray | None = None) -> list[Label]:
    """Return the distinct labels, numbers in ascending and words in alphabetical order.

    Args:
        targets: (N,) words or numbers.
        spellings: (N,) spellings of the numbers in the data if they say more; None = the numbers say all.
    """
    if spellings is None:
        plain: list[Label] = np.unique(plain_labels(targets)).tolist()
        return plain
    unique, first = np.unique(spellings, return_index=True)
    ordered: list[Label] = unique[np.argsort(targets[first], kind="stable")].tolist()
    return ordered


def canonical_label(label: object) -> object:
    """Return a value that is equal for all spellings of a label: 1, 01, 1.0 and true are the same number."""
    text = str(label).strip()
    if text.casefold() in ("true", "false"):
        return Decimal(text.casefold() == "true")
    if not text.isascii() or "_" in text:
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def label_position(label: object, labels: Sequence[Label]) -> int | None:
    """Return the index of the label with this spelling, else of the only label with another spelling of it."""
    texts = [str(known) for known in labels]
    if str(label) in texts:
        return texts.index(str(label))
    same = [position for position, known in enumerate(labels) if canonical_label(known) == canonical_label(label)]
    return same[0] if len(same) == 1 else None


def named_labels(labels: Sequence[Label], names: ClassNames | None) -> dict[Label, str]:
    """Return label → name of its class, in the order of the classes.

    Args:
        labels: Labels of the data, in order.
        names: Names of the labels 0 … K−1 or of all labels in order, or label → name; None = the labels themselves.

    Raises:
        DataError: The names cannot be assigned to the labels.
    """
    if names is None:
        return {label: str(label) for label in labels}
    if isinstance(names, Mapping):
        return _mapped_names(labels, names)
    if len(names) == len(labels):
        return dict(zip(labels, names, strict=True))
    numbered = all(isinstance(label, int) and 0 <= label < len(names) for label in labels)
    if numbered and 0 in labels:
        return dict(enumerate(names))
    first = ", ".join(f"{label}: …" for label in labels[:2])
    message = (
        f"{formatting.count(len(names), 'class name')} for "
        f"{formatting.count(len(labels), 'label')}, {abbreviated(labels)}"
    )
    raise DataError(f"{message}; give a mapping from labels to names: {{{first}, …}}", key="class_names")


def _mapped_names(labels: Sequence[Label], names: Mapping[str, str] | Mapping[Label, str]) -> dict[Label, str]:
    named: dict[Label, str] = {}
    for key, name in names.items():
        position = label_position(key, labels)
        label = key if position is None else labels[position]
        if label in named:
            raise DataError(
                f"the label {label} has two names, {named[label]} and {name}",
                code="duplicate_name",
                key="class_names",
            )
        named[label] = name
    numbers = {label: canonical_label(label) for label in named}
    if all(isinstance(number, Decimal) for number in numbers.values()):
        return dict(sorted(named.items(), key=lambda item: (numbers[item[0]], str(item[0]))))
    return dict(sorted(named.items(), key=lambda item: str(item[0])))


@dataclass(frozen=True)
class ClassLabels:
    """The classes of a problem, in the order of the model's outputs.

    Args:
        names: Names of the classes.
        labels: Labels of the classes in the data; None = they are the names.
        column: Name of the column of labels, if it has one.
        counts: Number of training examples of each class; None = unknown.
    """

    kind: ClassVar[TargetKind] = "classes"
    names: tuple[str, ...]
    labels: tuple[str, ...] | tuple[int, ...] | None = None
    column: str | None = None
    counts: tuple[int, ...] | None = None

    @classmethod
    def fit(
        cls,
        targets: np.ndarray,
        names: ClassNames | None,
        column: str | None,
        known: Sequence[Label] | None = None,
    ) -> ClassLabels:
        """Collect the classes of the training set, and classes that only have a name.

        Args:
            targets: (N,) labels of the training set.
            names: Names of the labels 0 … K−1 or of all labels in order, or label → name; None = the labels themselves.
            column: Name of the column of labels, if it has one.
            known: All labels of the data in order; None = the labels of the training set.

        Raises:
            DataError: There is only one class, or the names do not fit the labels.
        """
        unique, frequencies = np.unique(plain_labels(targets), return_counts=True)
        counts = dict(zip(unique.tolist(), frequencies.tolist(), strict=True))
        seen: list[Label] = [*counts] if known is None else [label for label in known if label in counts]
        named = named_labels(seen if names is None or known is None else known, names)
        if len(seen) < 2:
            raise DataError(
                f"the training set has only one class, {seen[0]!r}; classification requires at least two",
                code="too_few_examples",
            )
        nameless = next((label for label in seen if label not in named), None)
        if nameless is not None:
            raise DataError(f"the label {nameless} has no name", code="missing_key", key="class_names")
        class_names = tuple(named.values())
        name, count = Counter(class_names).most_common(1)[0]
        if count > 1:
            raise DataError(f"{count} classes have the name {name}", code="duplicate_name", key="class_names")
        return cls(class_names, tuple(named), column, tuple(counts.get(label, 0) for label in named))  # type: ignore[arg-type]

    def encode(self, targets: np.ndarray, split: str) -> np.ndarray:
        """Return the (N,) int64 indices of the classes.

        Raises:
            LabelError: The training set does not have a label.
        """
        labels = self.names if self.labels is None else self.labels
        known, encoded = np.array(labels), plain_labels(targets)
        if known.dtype.kind != encoded.dtype.kind:  # comparing int64 with uint64 would convert both to float64
            known, encoded = np.array([str(label) for label in labels]), encoded.astype(str)
        order = np.argsort(known)
        positions = order[np.minimum(np.searchsorted(known, encoded, sorter=order), len(known) - 1)]
        unseen = np.flatnonzero(known[positions] != encoded)
        for label in np.unique(encoded[unseen]).tolist():
            position = label_position(label, labels)
            if position is None:
                raise self._unknown_label(str(encoded[unseen[0]]), split)
            positions[encoded == label] = position
        return positions.astype(np.int64)

    def position(self, name: str | int) -> int | None:
        """Return the index of a class; None if there is no such class.

        Args:
            name: Name of the class, else its label, else its 0-based index.
        """
        index = label_position(name, self.names)
        if index is None and self.labels is not None:
            index = label_position(name, self.labels)
        if index is None and isinstance(name, int) and 0 <= name < len(self.names):
            return name
        return index

    def conventional_positive(self) -> int | None:
        """Return the index of the positive class of two by convention, such as 1 of 0 and 1; None if there is none."""
        for pair in (self.labels or self.names, self.names):
            values = [canonical_label(str(label).casefold()) for label in pair]
            for negative, positive in CONVENTIONAL_PAIRS:
                if len(values) == 2 and {*values} == {canonical_label(negative), canonical_label(positive)}:
                    return values.index(canonical_label(positive))
        return None

    def _unknown_label(self, label: str, split: str) -> LabelError:
        labels = self.names if self.labels is None else self.labels
        where = "" if self.column is None else f" in {self.column}"
        near = difflib.get_close_matches(label, map(str, labels), n=MAX_LISTED) or map(str, labels[:MAX_LISTED])
        hint = unknown_name("label", label, map(str, labels) if len(labels) <= MAX_LISTED else near)
        return LabelError(
            f"{split} has the label {label!r}{where}, which the training set does not have: {hint}",
            code="unknown_label",
        )

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
    """Numeric targets of a regression.

    Args:
        names: Names of the K target columns; empty if they have none.
        scaling: Scaling of the targets for training; shift and scale are (K,).
    """

    kind: ClassVar[TargetKind] = "values"
    names: tuple[str, ...]
    scaling: Scaling

    @classmethod
    def fit(cls, targets: np.ndarray, normalization: Normalization, names: tuple[str, ...]) -> Values:
        """Fit the scaling of each target on the training set."""
        columns = as_columns(targets, "the training set")
        with under("target_normalization"):
            scaling = normalization.fit([columns])
        width = columns.shape[1:]
        return cls(names, Scaling(np.broadcast_to(scaling.shift, width), np.broadcast_to(scaling.scale, width)))

    @property
    def count(self) -> int:
        """Number K of values of an example."""
        return self.scaling.shift.size

    def encode(self, targets: np.ndarray, split: str) -> np.ndarray:
        """Return the (N, K) float32 scaled targets.

        Raises:
            DataError: The number of targets differs from that of the training set, or some are not finite.
        """
        columns = as_columns(targets, split)
        if columns.shape[1] != self.count:
            raise DataError(
                f"{split} has {formatting.count(columns.shape[1], 'target')} per example, "
                f"but the training set has {self.count}",
                code="wrong_shape",
            )
        return self.scaling.apply(columns).astype(np.float32)

    def inverse(self, outputs: np.ndarray) -> np.ndarray:
        """Convert a model's outputs to the unit of the targets, (N, K) float64."""
        return self.scaling.inverse(outputs)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": "values",
            "names": list(self.names),
            "scaling": self.scaling.to_json(),
        }


def constant_targets(targets: np.ndarray, names: Sequence[str]) -> Iterator[str]:
    """Yield a warning for each target that is constant in the training set.

    Args:
        targets: (N,) or (N, K) values of the training set.
        names: Names of the K targets; empty if they have none.
    """
    columns = as_columns(targets, "the training set")
    for position in np.flatnonzero(np.ptp(columns, axis=0) == 0).tolist():
        unnamed = "the target" if columns.shape[1] == 1 else f"target {position}"
        name = f"the target {names[position]}" if names else unnamed
        yield f"{name} is {columns[0, position]:g} in every training example: there is nothing to predict"


def as_columns(targets: np.ndarray, split: str) -> np.ndarray:
    """Return numeric targets as (N, K) float64.

    Raises:
        ConfigError: The targets are words.
        DataError: Targets are NaN or infinite.
    """
    if targets.dtype.kind not in "biuf":
        message = f"regression requires numeric targets, but {split} has {str(targets[0])!r}"
        raise ConfigError(message, code="not_applicable", key="target_kind")
    columns = targets.reshape(len(targets), -1).astype(np.float64)
    finite = np.isfinite(columns).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise DataError(
            f"{split}: the targets of {formatting.count(int((~finite).sum()), 'example')} are not finite, "
            f"the first is {columns[row]} of example {row}",
            code="non_finite",
        )
    return columns


def abbreviated(items: Sequence[object], most: int = 5) -> str:
    """Join the first few items of a list for a message."""
    listed = ", ".join(map(str, items[:most]))
    return f"{listed}, …" if len(items) > most else listed
