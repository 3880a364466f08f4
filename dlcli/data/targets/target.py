"""Base class of the targets: what a model predicts for each example, or for each step of a sequence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np

from dlcli.core import ConfigError, DataError, registry
from dlcli.data.examples import Examples
from dlcli.data.labels import ClassNames, Label
from dlcli.data.normalization import Normalization
from dlcli.data.rows import EncodedTargets
from dlcli.data.table import Kind
from dlcli.data.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class FitOptions:
    """What a config or a reader says about the targets.

    Args:
        normalization: Normalization of values.
        class_names: Names of the labels 0 … K−1 or of the sorted labels, or label → name; None = the labels themselves.
        vocabulary: Vocabulary of the inputs; None = they are not texts.
        task_options: Options of the task that its targets are fitted with; empty for most tasks.
    """

    normalization: Normalization
    class_names: ClassNames | None = None
    vocabulary: Vocabulary | None = None
    task_options: Mapping[str, Any] = field(default_factory=dict)


class Targets:
    """Base class of the targets. A subclass is one kind of targets, registered under the name that its JSON has.

    A kind knows how it is recognized in raw data, fitted on the training set and encoded as an array for a model, what
    stratifies a split, and how its encoded targets read to a person. Everything else asks the targets; nothing asks
    which kind they are.
    """

    registry_kind: ClassVar[str] = "targets"

    #: plural of the kind in messages, such as `the targets are values`
    plural: ClassVar[str]
    #: whether each step of a sequence has a target
    per_step: ClassVar[bool] = False
    #: whether the targets are places in an image, so that moving its pixels makes them wrong
    are_places: ClassVar[bool] = False
    #: head → its targets; empty for targets that are not composed of others
    parts: Mapping[str, Targets] = MappingProxyType({})
    #: whether the targets are the inputs one step later, so that data without targets has them
    predicts_inputs: ClassVar[bool] = False

    @classmethod
    def recognizes(cls, examples: Examples) -> bool:  # noqa: ARG003
        """Return whether raw examples have targets of this kind when neither config nor reader states a kind.

        At most one kind may recognize the targets of an example set.
        """
        return False

    @classmethod
    def is_uncertain(cls, examples: Examples) -> bool:  # noqa: ARG003
        """Return whether the recognized targets may as well be values."""
        return False

    @classmethod
    def fit(cls, examples: Examples, rows: np.ndarray, options: FitOptions) -> Self:
        """Fit the targets on the training set.

        Args:
            examples: Examples that include the training set.
            rows: (n,) row numbers of the training set.
            options: What the config and the reader say about the targets.

        Raises:
            ConfigError: The inputs or the targets are of another kind.
            DataError: There are no targets, or they cannot be predicted, such as those of only one class.
        """
        raise NotImplementedError

    def encode(self, examples: Examples, rows: np.ndarray, split: str) -> EncodedTargets | None:
        """Encode the targets of some examples for a model.

        Args:
            examples: Raw examples.
            rows: (n,) row numbers of the examples to use.
            split: Name of the split, for messages.

        Returns:
            (n, …) array or rows, or (total,) for a target per step; None if the examples have no targets, or if the
            targets are part of the inputs.

        Raises:
            DataError: A target is not one that the training set has, or is not finite.
        """
        raise NotImplementedError

    def placeholder(self, count: int) -> np.ndarray:  # noqa: ARG002
        """Return encoded targets (count, …) for examples without one, which stand where no value is read.

        Raises:
            ConfigError: Every example must have a target of this kind.
        """
        message = f"expected classes or values as the targets of a head, got {self.plural}"
        raise ConfigError(message, code="not_applicable")

    def raw_values(self, examples: Examples, rows: np.ndarray) -> EncodedTargets | None:  # noqa: ARG002
        """Return the (n,) or (n, K) values of the data before scaling; None if the targets are not values."""
        return None

    @classmethod
    def comparable(cls, examples: Examples, rows: np.ndarray) -> np.ndarray | None:  # noqa: ARG003
        """Return the targets in a form that columns are compared with to detect leakage.

        Returns:
            (n,) int64 numbers of classes or float64 values; None if the targets cannot be compared with a column.
        """
        return None

    @classmethod
    def strata(cls, examples: Examples) -> np.ndarray:  # noqa: ARG003
        """Return the (N,) classes whose shares a stratified split preserves.

        Raises:
            ConfigError: The targets are not classes.
        """
        raise ConfigError(
            f"stratify requires classes, but the targets are {cls.plural}", code="not_applicable", key="stratify"
        )

    @classmethod
    def selectable_labels(cls, examples: Examples) -> list[Label]:  # noqa: ARG003
        """Return the labels in order, of which a config may select some.

        Raises:
            ConfigError: The targets are not classes.
        """
        raise ConfigError(
            f"the targets of this data are {cls.plural}, so classes cannot be selected",
            code="not_applicable",
            key="classes",
        )

    @classmethod
    def remarks(cls, examples: Examples, rows: np.ndarray) -> Iterator[str]:  # noqa: ARG003
        """Yield warnings about the targets of the training set, whose row numbers are `rows`."""
        yield from ()

    @property
    def registered_name(self) -> str:
        """Registered name, such as `classes`."""
        return registry.name_of("targets", type(self))

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the predicted classes in the order of the model's outputs; None if no classes are predicted."""
        return None

    @property
    def value_names(self) -> tuple[str, ...]:
        """Names of the predicted values; empty if they have none or no values are predicted."""
        return ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of the data that contain the targets; empty if they have none."""
        return ()

    def column_kinds(self, columns: Sequence[str]) -> dict[str, Kind]:  # noqa: ARG002
        """Return column → how to read it in new data; a column that is not returned is read like the others.

        Args:
            columns: Names of the columns of targets in new data.
        """
        return {}

    def labels_of(self, names: Sequence[str]) -> list[str]:  # noqa: ARG002
        """Return the labels that classes have in the data; a name that is not a class is returned unchanged.

        Raises:
            DataError: The targets are not classes.
        """
        raise DataError(
            f"folders have classes, but the model predicts {self.plural}; pass a list of images with {self.plural}",
            code="not_applicable",
        )

    def describe(self, encoded: Any) -> list[str]:
        """Return a short text for each encoded target: the name of its class, or its values.

        Args:
            encoded: (n, …) targets as `encode` returns them.
        """
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        """Return plain values from which `from_json` restores the targets, with their `kind`."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, document: dict[str, Any], vocabulary: Vocabulary | None) -> Self:
        """Restore targets.

        Args:
            document: Result of `to_json`.
            vocabulary: Vocabulary of the inputs; None = they are not texts.

        Raises:
            KeyError: The document is incomplete.
        """
        raise NotImplementedError


def require_targets(examples: Examples) -> np.ndarray:
    """Return the raw targets.

    Raises:
        DataError: There are none, or the target of an example is missing.
    """
    targets = raw_targets(examples)
    if targets is None:
        raise DataError("the data has no targets")
    return targets


def raw_targets(examples: Examples) -> np.ndarray | None:
    """Return the raw targets; None if the data has none.

    Raises:
        DataError: The target of an example is missing.
    """
    if examples.targets_error is not None:
        raise examples.targets_error
    return examples.targets


def infer_targets(examples: Examples) -> type[Targets]:
    """Infer the kind of the targets from their values.

    Raises:
        DataError: There are no targets, or the target of an example is missing.
    """
    raw_targets(examples)
    kinds = (targets_class(name) for name in registry.names("targets"))
    recognized = next((kind for kind in kinds if kind.recognizes(examples)), None)
    if recognized is None:
        raise DataError("the data has no targets")
    return recognized


def targets_class(name: str) -> type[Targets]:
    """Return the class of a registered kind of targets.

    Raises:
        ConfigError: The name is unknown.
    """
    kind = registry.lookup("targets", name)
    assert isinstance(kind, type) and issubclass(kind, Targets)
    return kind


def holds_tuples(targets: np.ndarray) -> bool:
    """Return whether raw targets are tuples, one for each sequence, with a target for each of its steps."""
    return targets.dtype == object and isinstance(targets[0], tuple)
