"""Targets: a class or value for each example, or a class for each step of a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import ConfigError, DataError
from dlcli.data.examples import Examples
from dlcli.data.labels import ClassLabels, ClassNames, TargetKind, Values, distinct_labels, infer_target_kind
from dlcli.data.normalization import Normalization, Scaling
from dlcli.data.text.stream import TextInputs
from dlcli.data.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class NextTokens:
    """The next token at every step of a text.

    Args:
        vocabulary: Vocabulary of the text; its tokens are the classes.
    """

    kind: ClassVar[TargetKind] = "tokens"
    vocabulary: Vocabulary

    @property
    def names(self) -> tuple[str, ...]:
        return self.vocabulary.tokens

    def to_json(self) -> dict[str, Any]:
        return {"kind": "tokens"}


@dataclass(frozen=True)
class TokenLabels:
    """A class for every token.

    Args:
        classes: Classes of the tokens.
    """

    kind: ClassVar[TargetKind] = "token_labels"
    classes: ClassLabels

    @property
    def names(self) -> tuple[str, ...]:
        return self.classes.names

    @classmethod
    def fit(cls, labels: np.ndarray, names: ClassNames | None, column: str | None) -> TokenLabels:
        """Collect the classes of the training set.

        Args:
            labels: (N,) tuples of labels, one label for each token of an example.
            names: Names of the labels 0 … K−1 or of the sorted labels, or label → name; None = the labels themselves.
            column: Name of the column of labels, if it has one.

        Raises:
            ConfigError: The examples have one label each.
        """
        return cls(ClassLabels.fit(_flat(labels), names, column))

    def encode(self, labels: np.ndarray, split: str) -> np.ndarray:
        """Return the (total,) int64 classes of all tokens, concatenated over the examples.

        Raises:
            DataError: The training set does not have a label.
        """
        return self.classes.encode(_flat(labels), split)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "token_labels", "classes": self.classes.to_json()}


Targets = ClassLabels | Values | NextTokens | TokenLabels


def infer_kind(examples: Examples) -> TargetKind:
    """Infer the kind of the targets from their values; for texts without targets, next tokens.

    Raises:
        DataError: There are no targets.
    """
    targets = examples.targets
    if targets is None and isinstance(examples.inputs, TextInputs):
        return "tokens"
    if targets is None:
        raise DataError("the data has no targets")
    if targets.dtype == object and isinstance(targets[0], tuple):
        return "token_labels"
    if examples.spellings is None:
        return infer_target_kind(targets)
    return infer_target_kind(np.unique(examples.spellings, return_inverse=True)[1])


def fit_targets(
    examples: Examples,
    rows: np.ndarray,
    kind: TargetKind,
    normalization: Normalization,
    class_names: ClassNames | None,
    vocabulary: Vocabulary | None = None,
) -> Targets:
    """Fit the classes, or the scaling of values, on the training set.

    Args:
        examples: Examples that include the training set.
        rows: (n,) row numbers of the training set.
        kind: Kind of the targets.
        normalization: Normalization of values.
        class_names: Names of the labels 0 … K−1 or of the sorted labels, or label → name.
        vocabulary: Vocabulary of the inputs if they are texts.

    Raises:
        ConfigError: The inputs or the targets are of another kind.
        DataError: There are no targets.
    """
    if kind == "tokens":
        if vocabulary is None:
            raise ConfigError(
                "the inputs of this data are not texts, so there is no next token to predict",
                code="not_applicable",
                key="target_kind",
            )
        return NextTokens(vocabulary)
    if examples.targets is None:
        raise DataError("the data has no targets")
    column = examples.target_names[0] if examples.target_names else None
    if kind == "token_labels":
        return TokenLabels.fit(examples.targets[rows], class_names, column)
    if kind == "classes":
        known = (
            distinct_labels(examples.targets, examples.spellings)
            if class_names or examples.spellings is not None
            else None
        )
        return ClassLabels.fit(examples.labels[rows], class_names, column, known)
    return Values.fit(examples.targets[rows], normalization, examples.target_names)


def encode_targets(examples: Examples, rows: np.ndarray, targets: Targets, split: str) -> np.ndarray:
    """Encode targets for a model: classes as their indices, or scaled values.

    Args:
        examples: Examples with targets.
        rows: (n,) row numbers of the examples to use.
        targets: Targets fit on the training set.
        split: Name of the split, for messages.

    Raises:
        DataError: The training set does not have a label, or has other values.
    """
    assert examples.targets is not None, "the examples must have targets"
    assert not isinstance(targets, NextTokens), "next tokens are part of the text"
    labels = examples.labels if isinstance(targets, ClassLabels) else examples.targets
    return targets.encode(labels[rows], split)


def raw_values(examples: Examples, rows: np.ndarray, targets: Targets) -> np.ndarray | None:
    """Return the (n,) or (n, K) unscaled values; None if the targets are not values or there are none."""
    if examples.targets is None or not isinstance(targets, Values):
        return None
    values: np.ndarray = examples.targets[rows]
    return values


def targets_from_json(document: dict[str, Any], vocabulary: Vocabulary | None = None) -> Targets:
    """Create targets from the document of their `to_json`.

    Args:
        document: Plain values.
        vocabulary: Vocabulary of the inputs if they are texts.
    """
    if document["kind"] == "classes":
        return ClassLabels.from_json(document)
    if document["kind"] == "token_labels":
        return TokenLabels(ClassLabels.from_json(document["classes"]))
    if document["kind"] == "tokens":
        if vocabulary is None:
            raise KeyError("vocabulary")
        return NextTokens(vocabulary)
    return Values(tuple(document["names"]), Scaling.from_json(document["scaling"]))


def _flat(labels: np.ndarray) -> np.ndarray:
    if labels.dtype != object:
        raise ConfigError(
            "sequence_labeling requires a list of labels for each example, but these examples have one label each",
            code="not_applicable",
            key="target_kind",
        )
    return np.array([label for example in labels for label in example])
