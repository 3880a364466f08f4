"""A class for each example."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from dlcli.core import DataError, register, unknown_name
from dlcli.data.examples import Examples
from dlcli.data.labels import (
    MAX_LISTED,
    ClassNames,
    Label,
    LabelError,
    are_labels,
    canonical_label,
    distinct_labels,
    label_position,
    named_labels,
    plain_labels,
)
from dlcli.data.table import Kind
from dlcli.data.targets.target import FitOptions, Targets, holds_tuples, raw_targets, require_targets
from dlcli.data.text.vocabulary import Vocabulary

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


@register("targets", "classes")
@dataclass(frozen=True)
class ClassLabels(Targets):
    """A class for each example; the classes are in the order of the model's outputs.

    Args:
        names: Names of the classes.
        labels: Labels of the classes in the data; None = they are the names.
        column: Name of the column of labels, if it has one.
        counts: Number of training examples of each class; None = unknown.
    """

    plural: ClassVar[str] = "classes"
    names: tuple[str, ...]
    labels: tuple[str, ...] | tuple[int, ...] | None = None
    column: str | None = None
    counts: tuple[int, ...] | None = None

    @classmethod
    def recognizes(cls, examples: Examples) -> bool:
        targets = examples.targets
        if targets is None or holds_tuples(targets):
            return False
        if examples.spellings is None:
            return are_labels(targets)
        return are_labels(np.unique(examples.spellings, return_inverse=True)[1])

    @classmethod
    def is_uncertain(cls, examples: Examples) -> bool:
        targets = examples.targets
        return (
            targets is not None
            and examples.spellings is None
            and targets.dtype.kind in "iuf"
            and cls.recognizes(examples)
        )

    @classmethod
    def fit(cls, examples: Examples, rows: np.ndarray, options: FitOptions) -> Self:
        targets, column = require_targets(examples), (*examples.target_names, None)[0]
        known = None
        if options.class_names or examples.spellings is not None:
            known = distinct_labels(targets, examples.spellings)
        return cls.of(examples.labels[rows], options.class_names, column, known)

    @classmethod
    def of(
        cls,
        targets: np.ndarray,
        names: ClassNames | None,
        column: str | None,
        known: Sequence[Label] | None = None,
    ) -> Self:
        """Collect the classes of the training set, and classes that only have a name.

        Args:
            targets: (N,) labels of the training set.
            names: Names of the labels 0 … K−1 or of all labels in order, or label → name; None = the labels themselves.
            column: Name of the column of labels, if it has one.
            known: All labels of the data in order; None = the labels of the training set.

        Raises:
            DataError: There is only one class, or the names do not fit the labels.
        """
        unique, frequencies = np.unique(plain_labels(targets, "targets"), return_counts=True)
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

    def encode(self, examples: Examples, rows: np.ndarray, split: str) -> np.ndarray | None:
        return None if raw_targets(examples) is None else self.indices(examples.labels[rows], split)

    def indices(self, targets: np.ndarray, split: str) -> np.ndarray:
        """Return the (N,) int64 indices of the classes.

        Args:
            targets: (N,) labels.
            split: Name of the split, for messages.

        Raises:
            LabelError: The training set does not have a label.
        """
        labels = self.labels or self.names
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

    def placeholder(self, count: int) -> np.ndarray:
        return np.zeros(count, np.int64)

    @classmethod
    def comparable(cls, examples: Examples, rows: np.ndarray) -> np.ndarray | None:
        targets = examples.targets
        if targets is None or targets.ndim > 1:
            return None
        return np.unique(plain_labels(targets[rows]), return_inverse=True)[1]

    @classmethod
    def strata(cls, examples: Examples) -> np.ndarray:
        return super().strata(examples) if examples.targets is None else plain_labels(examples.labels)

    @classmethod
    def selectable_labels(cls, examples: Examples) -> list[Label]:
        targets = raw_targets(examples)
        if targets is None:
            message = "the data has no targets, so classes cannot be selected"
            raise DataError(message, code="not_applicable", key="classes")
        return distinct_labels(targets, examples.spellings)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.names

    @property
    def columns(self) -> tuple[str, ...]:
        return () if self.column is None else (self.column,)

    def column_kinds(self, columns: Sequence[str]) -> dict[str, Kind]:
        labels = self.labels or self.names
        return dict.fromkeys(columns, "categorical") if isinstance(labels[0], str) else {}

    def labels_of(self, names: Sequence[str]) -> list[str]:
        labels = dict(zip(self.names, map(str, self.labels or self.names), strict=True))
        return [labels.get(name, name) for name in names]

    def describe(self, encoded: np.ndarray) -> list[str]:
        return [self.names[index] for index in encoded.tolist()]

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
        labels = self.labels or self.names
        where = "" if self.column is None else f" in {self.column}"
        near = difflib.get_close_matches(label, map(str, labels), n=MAX_LISTED) or map(str, labels[:MAX_LISTED])
        hint = unknown_name("label", label, map(str, labels) if len(labels) <= MAX_LISTED else near)
        return LabelError(
            f"{split} has the label {label!r}{where}, which the training set does not have: {hint}",
            code="unknown_label",
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.registered_name,
            "names": list(self.names),
            "labels": self.labels and list(self.labels),
            "column": self.column,
            "counts": self.counts and list(self.counts),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any], vocabulary: Vocabulary | None = None) -> Self:  # noqa: ARG003
        return cls(
            tuple(document["names"]),
            document["labels"] and tuple(document["labels"]),
            document["column"],
            document["counts"] and tuple(document["counts"]),
        )
