"""A class for each step of a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import ConfigError, register
from dlcli.data.examples import Examples
from dlcli.data.labels import ClassNames
from dlcli.data.targets.classes import ClassLabels
from dlcli.data.targets.target import FitOptions, Targets, holds_tuples, raw_targets, require_targets
from dlcli.data.text.vocabulary import Vocabulary


@register("targets", "token_labels")
@dataclass(frozen=True)
class TokenLabels(Targets):
    """A class for each token of a text.

    Args:
        classes: Classes of the tokens.
    """

    plural: ClassVar[str] = "token labels"
    per_step: ClassVar[bool] = True
    classes: ClassLabels

    @classmethod
    def recognizes(cls, examples: Examples) -> bool:
        return examples.targets is not None and holds_tuples(examples.targets)

    @classmethod
    def fit(cls, examples: Examples, rows: np.ndarray, options: FitOptions) -> TokenLabels:
        column = (*examples.target_names, None)[0]
        return cls.of(require_targets(examples)[rows], options.class_names, column)

    @classmethod
    def of(cls, labels: np.ndarray, names: ClassNames | None, column: str | None) -> TokenLabels:
        """Collect the classes of the training set.

        Args:
            labels: (N,) tuples of labels, one label for each token of an example.
            names: Names of the labels 0 … K−1 or of the sorted labels, or label → name; None = the labels themselves.
            column: Name of the column of labels, if it has one.

        Raises:
            ConfigError: The examples have one label each.
        """
        return cls(ClassLabels.of(_flat(labels), names, column))

    def encode(self, examples: Examples, rows: np.ndarray, split: str) -> np.ndarray | None:
        targets = raw_targets(examples)
        return None if targets is None else self.indices(targets[rows], split)

    def indices(self, labels: np.ndarray, split: str) -> np.ndarray:
        """Return the (total,) int64 classes of all tokens, concatenated over the examples.

        Args:
            labels: (N,) tuples of labels.
            split: Name of the split, for messages.

        Raises:
            DataError: The training set does not have a label.
        """
        return self.classes.indices(_flat(labels), split)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.classes.names

    @property
    def columns(self) -> tuple[str, ...]:
        return self.classes.columns

    def describe(self, encoded: np.ndarray) -> list[str]:
        return self.classes.describe(encoded)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.registered_name, "classes": self.classes.to_json()}

    @classmethod
    def from_json(cls, document: dict[str, Any], vocabulary: Vocabulary | None = None) -> TokenLabels:  # noqa: ARG003
        return cls(ClassLabels.from_json(document["classes"]))


def _flat(labels: np.ndarray) -> np.ndarray:
    if labels.dtype != object:
        raise ConfigError(
            "sequence_labeling requires a list of labels for each example, but these examples have one label each",
            code="not_applicable",
            key="targets",
        )
    return np.array([label for example in labels for label in example])
