"""Everything that can be predicted: one thing an example, or one a step of a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import ConfigError, DataError, under
from dlcli.data.examples import Examples
from dlcli.data.labels import ClassLabels, ClassNames, TargetKind, Values, distinct_labels, infer_target_kind
from dlcli.data.normalization import Normalization, Scaling
from dlcli.data.text.stream import TextInputs
from dlcli.data.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class NextTokens:
    """At every step of a text, the token that comes next.

    Args:
        vocabulary: of the text; its tokens are the classes.
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
        classes: that a token may have.
    """

    kind: ClassVar[TargetKind] = "token_labels"
    classes: ClassLabels

    @property
    def names(self) -> tuple[str, ...]:
        return self.classes.names

    @classmethod
    def fit(cls, labels: np.ndarray, names: ClassNames | None, column: str | None) -> TokenLabels:
        """The classes that the training set has.

        Args:
            labels: (N,) of objects: the labels of the tokens of each example.
            names: names of the labels 0 … K−1 or of the sorted labels, or label → name; the labels themselves where
                None.
            column: the labels' column, where it has a name.

        Raises:
            ConfigError: the examples have one label each.
        """
        return cls(ClassLabels.fit(_flat(labels), names, column))

    def encode(self, labels: np.ndarray, split: str) -> np.ndarray:
        """(total,) int64: the labels of all tokens, one example after the other.

        Raises:
            DataError: a label that the training set does not have.
        """
        return self.classes.encode(_flat(labels), split)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "token_labels", "classes": self.classes.to_json()}


Targets = ClassLabels | Values | NextTokens | TokenLabels


def infer_kind(examples: Examples) -> TargetKind:
    """What the targets look like; of texts without any, the next token.

    Raises:
        DataError: there are none.
    """
    targets = examples.targets
    if targets is None and isinstance(examples.inputs, TextInputs):
        return "tokens"
    if targets is None:
        raise DataError("the data has no targets to learn")
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
    """What is predicted, as the training set shows it.

    Args:
        examples: the examples that the training set is part of.
        rows: (n,) which of them are the training set.
        kind: what the targets are.
        normalization: of values.
        class_names: names of the labels 0 … K−1 or of the sorted labels, or label → name.
        vocabulary: of the inputs, where they are texts.

    Raises:
        ConfigError: the inputs or the targets are of another kind.
        DataError: there are no targets.
    """
    if kind == "tokens":
        if vocabulary is None:
            raise ConfigError(
                "the inputs of this data are no texts, whose next token could be predicted",
                code="not_applicable",
                key="target_kind",
            )
        return NextTokens(vocabulary)
    if examples.targets is None:
        raise DataError("the data has no targets to learn")
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
    with under("target_normalization"):
        return Values.fit(examples.targets[rows], normalization, examples.target_names)


def encode_targets(examples: Examples, rows: np.ndarray, targets: Targets, split: str) -> np.ndarray:
    """What a model is trained on: classes by their positions, or scaled values.

    Args:
        examples: with targets.
        rows: (n,) which of them.
        targets: what is predicted at each example, or at each of its tokens.
        split: name of the split, for messages.

    Raises:
        DataError: a label that the training set does not have, or other values than it has.
    """
    assert examples.targets is not None, "there is something to encode"
    assert not isinstance(targets, NextTokens), "next tokens are in the text itself"
    written = examples.labels if isinstance(targets, ClassLabels) else examples.targets
    return targets.encode(written[rows], split)


def raw_values(examples: Examples, rows: np.ndarray, targets: Targets) -> np.ndarray | None:
    """(n,) or (n, K) values as the file has them; None where no values are predicted, or none are there."""
    if examples.targets is None or not isinstance(targets, Values):
        return None
    values: np.ndarray = examples.targets[rows]
    return values


def targets_from_json(document: dict[str, Any], vocabulary: Vocabulary | None = None) -> Targets:
    """What `to_json` described.

    Args:
        document: plain values.
        vocabulary: of the inputs, where they are texts.
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
            "sequence_labeling needs a list of labels for each example; these have one each",
            code="not_applicable",
            key="target_kind",
        )
    return np.array([label for example in labels for label in example])
