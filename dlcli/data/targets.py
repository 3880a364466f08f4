"""Everything that can be predicted: one thing an example, or one a step of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.data.examples import Examples
from dlcli.data.labels import ClassLabels, TargetKind, Values, infer_target_kind
from dlcli.data.normalization import Normalization, Scaling
from dlcli.data.text.stream import TextInputs
from dlcli.data.text.vocabulary import Vocabulary
from dlcli.errors import ConfigError, DataError


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
    def fit(cls, labels: np.ndarray, names: Sequence[str] | None, column: str | None) -> TokenLabels:
        """The classes that the training set has.

        Args:
            labels: (N,) of objects: the labels of the tokens of each example.
            names: names of the labels 0 … K−1, or of the sorted labels; the labels themselves where None.
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
    return "token_labels" if targets.dtype == object and isinstance(targets[0], tuple) else infer_target_kind(targets)


def fit_targets(
    examples: Examples,
    rows: np.ndarray,
    kind: TargetKind,
    normalization: Normalization,
    class_names: Sequence[str] | None,
    vocabulary: Vocabulary | None = None,
) -> Targets:
    """What is predicted, as the training set shows it.

    Args:
        examples: the examples that the training set is part of.
        rows: (n,) which of them are the training set.
        kind: what the targets are.
        normalization: of values.
        class_names: names of the labels 0 … K−1, or of the sorted labels.
        vocabulary: of the inputs, where they are texts.

    Raises:
        ConfigError: the inputs or the targets are of another kind.
        DataError: there are no targets.
    """
    if kind == "tokens":
        if vocabulary is None:
            raise ConfigError("the inputs of this data are no texts, whose next token could be predicted", key="task")
        return NextTokens(vocabulary)
    if examples.targets is None:
        raise DataError("the data has no targets to learn")
    column = examples.target_names[0] if examples.target_names else None
    if kind == "token_labels":
        return TokenLabels.fit(examples.targets[rows], class_names, column)
    if kind == "classes":
        return ClassLabels.fit(examples.targets[rows], class_names, column)
    return Values.fit(examples.targets[rows], normalization, examples.target_names)


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
        raise ConfigError("sequence_labeling needs a list of labels for each example; these have one each", key="task")
    return np.array([label for example in labels for label in example])
