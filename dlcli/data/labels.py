"""What is predicted: classes by name, or values in their unit."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from dlcli.core import ConfigError, DataError, unknown_name
from dlcli.data.normalization import Normalization, Scaling

TargetKind = Literal["classes", "values", "tokens", "token_labels"]

#: one class as the data writes it
Label: TypeAlias = str | int
#: names of the labels 0 … K−1 or of the sorted labels, or label → name
ClassNames: TypeAlias = Sequence[str] | Mapping[str, str] | Mapping[Label, str]

#: integers with more distinct values than this are values, not classes
MOST_CLASSES_OF_NUMBERS = 100

#: the negative and the positive of two classes, where everybody means the same
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

#: how many classes a message lists
SHOWN = 10


class LabelError(DataError):
    """A label that is not one of the classes."""


def infer_target_kind(targets: np.ndarray) -> TargetKind:
    """Words are classes; integers are, if few of them differ; the rest is values.

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
    """(N,) labels as words or integers.

    Raises:
        DataError: several columns, or numbers that are not integers.
    """
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim != 1:
        raise DataError(
            f"classes are one label for each example; the targets have the shape {targets.shape} "
            "(of one-hot rows, save the argmax)",
            code="wrong_shape",
        )
    if targets.dtype.kind == "b":
        return np.where(targets, "true", "false")
    if targets.dtype.kind == "f":
        whole = np.isfinite(targets) & (targets == np.round(targets)) & (np.abs(targets) < 2.0**63)
        if not whole.all():
            row = int(np.argmin(whole))
            raise LabelError(
                f"classes are words or integers; the label of example {row} is {targets[row]}", code="wrong_type"
            )
        return targets.astype(np.int64)
    return targets.astype(str) if targets.dtype.kind in "SO" else targets


def distinct_labels(targets: np.ndarray, spellings: np.ndarray | None = None) -> list[Label]:
    """The different labels, numbers in the order of their values and words in alphabetical order.

    Args:
        targets: (N,) words or numbers.
        spellings: (N,) how the data writes the numbers, where that says more.
    """
    if spellings is None:
        plain: list[Label] = np.unique(plain_labels(targets)).tolist()
        return plain
    written, first = np.unique(spellings, return_index=True)
    ordered: list[Label] = written[np.argsort(targets[first], kind="stable")].tolist()
    return ordered


def same_label(label: object) -> object:
    """What a label has in common with its other spellings: 1, 01 and 1.0 are one number, which true is, too."""
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
    """Which of the labels is written like this, else the only one that is another spelling of it; None for none."""
    texts = [str(known) for known in labels]
    if str(label) in texts:
        return texts.index(str(label))
    same = [position for position, known in enumerate(labels) if same_label(known) == same_label(label)]
    return same[0] if len(same) == 1 else None


def named_labels(labels: Sequence[Label], names: ClassNames | None) -> dict[Label, str]:
    """Label → name of its class, in the order of the classes.

    Args:
        labels: those of the data, in order.
        names: names of the labels 0 … K−1 or of all labels in order, or label → name; None = the labels themselves.

    Raises:
        DataError: it does not follow from the names which label each of them is for.
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
    message = f"{len(names)} class names for the {len(labels)} labels {abbreviated(labels)}"
    raise DataError(f"{message}; say which is whose: {{{first}, …}}", key="class_names")


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
    numbers = {label: same_label(label) for label in named}
    if all(isinstance(number, Decimal) for number in numbers.values()):
        return dict(sorted(named.items(), key=lambda item: (numbers[item[0]], str(item[0]))))
    return dict(sorted(named.items(), key=lambda item: str(item[0])))


@dataclass(frozen=True)
class ClassLabels:
    """The classes of a problem, in the order of the model's outputs.

    Args:
        names: what the classes are called.
        labels: as the data writes them, in order; None = they are the names.
        column: the label's column, where it has a name.
        counts: how many training examples each class has; None where that is not known.
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
        """The classes that the training set has, and those that only have a name.

        Args:
            targets: (N,) labels of the training set.
            names: names of the labels 0 … K−1 or of all labels in order, or label → name; the labels themselves where
                None.
            column: the label's column, where it has a name.
            known: all labels of the data in their order; None = those of the training set.

        Raises:
            DataError: one class only, or names that do not fit the labels.
        """
        unique, appearances = np.unique(plain_labels(targets), return_counts=True)
        counts = dict(zip(unique.tolist(), appearances.tolist(), strict=True))
        seen: list[Label] = [*counts] if known is None else [label for label in known if label in counts]
        named = named_labels(seen if names is None or known is None else known, names)
        if len(seen) < 2:
            raise DataError(
                f"the training set has one class only, {seen[0]!r}: there is nothing to tell apart",
                code="too_few_examples",
            )
        nameless = next((label for label in seen if label not in named), None)
        if nameless is not None:
            raise DataError(f"the label {nameless} has no name", key="class_names")
        called = tuple(named.values())
        name, count = Counter(called).most_common(1)[0]
        if count > 1:
            raise DataError(f"{count} classes are called {name}", code="duplicate_name", key="class_names")
        return cls(called, tuple(named), column, tuple(counts.get(label, 0) for label in named))  # type: ignore[arg-type]

    def encode(self, targets: np.ndarray, split: str) -> np.ndarray:
        """(N,) int64 positions among the classes.

        Raises:
            LabelError: a label that the training set does not have.
        """
        labels = self.names if self.labels is None else self.labels
        known, given = np.array(labels), plain_labels(targets)
        if known.dtype.kind != given.dtype.kind:  # int64 beside uint64 would meet as float64
            known, given = np.array([str(label) for label in labels]), given.astype(str)
        order = np.argsort(known)
        positions = order[np.minimum(np.searchsorted(known, given, sorter=order), len(known) - 1)]
        unseen = np.flatnonzero(known[positions] != given)
        for label in np.unique(given[unseen]).tolist():
            position = label_position(label, labels)
            if position is None:
                raise self._unknown_label(str(given[unseen[0]]), split)
            positions[given == label] = position
        return positions.astype(np.int64)

    def position(self, wanted: str | int) -> int | None:
        """Which class is called or labeled like this, or has this number from 0; None where none is.

        Args:
            wanted: a name, else a label, else a position.
        """
        found = label_position(wanted, self.names)
        if found is None and self.labels is not None:
            found = label_position(wanted, self.labels)
        if found is None and isinstance(wanted, int) and 0 <= wanted < len(self.names):
            return wanted
        return found

    def conventional_positive(self) -> int | None:
        """Which of two classes is the positive one by convention, as 1 of 0 and 1; None where there is none."""
        for pair in (self.labels or self.names, self.names):
            values = [same_label(str(label).casefold()) for label in pair]
            for negative, positive in CONVENTIONAL_PAIRS:
                if len(values) == 2 and {*values} == {same_label(negative), same_label(positive)}:
                    return values.index(same_label(positive))
        return None

    def _unknown_label(self, label: str, split: str) -> LabelError:
        labels = self.names if self.labels is None else self.labels
        where = "" if self.column is None else f" in {self.column}"
        near = difflib.get_close_matches(label, map(str, labels), n=SHOWN) or map(str, labels[:SHOWN])
        hint = unknown_name("label", label, map(str, labels) if len(labels) <= SHOWN else near)
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
                f"{split} has {columns.shape[1]} targets an example where the training set has {self.count}",
                code="wrong_shape",
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


def constant_targets(targets: np.ndarray, names: Sequence[str]) -> Iterator[str]:
    """A sentence for each target that has one value in the training set, so that there is nothing to predict.

    Args:
        targets: (N,) or (N, K) values of the training set.
        names: of the K targets, where they have names.
    """
    columns = as_columns(targets, "the training set")
    for position in np.flatnonzero(np.ptp(columns, axis=0) == 0).tolist():
        name = (
            f"the target {names[position]}"
            if names
            else "the target"
            if columns.shape[1] == 1
            else f"target {position}"
        )
        yield f"{name} is {columns[0, position]:g} in every training example: there is nothing to predict"


def as_columns(targets: np.ndarray, split: str) -> np.ndarray:
    """(N, K) float64.

    Raises:
        ConfigError: words, where values are asked for.
        DataError: NaN or infinity.
    """
    if targets.dtype.kind not in "biuf":
        raise ConfigError(f"regression needs numbers as targets; {split} has {str(targets[0])!r}", key="target_kind")
    columns = targets.reshape(len(targets), -1).astype(np.float64)
    finite = np.isfinite(columns).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise DataError(
            f"{split}: {int((~finite).sum())} targets are not finite, the first is {columns[row]} of example {row}",
            code="non_finite",
        )
    return columns


def abbreviated(items: Sequence[object], most: int = 5) -> str:
    """The first few of a long list."""
    shown = ", ".join(map(str, items[:most]))
    return f"{shown}, …" if len(items) > most else shown
