"""One or several numbers for each example."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcli.core import ConfigError, DataError, formatting, register, under
from dlcli.data.examples import Examples
from dlcli.data.normalization import Normalization, Scaling
from dlcli.data.table import Kind
from dlcli.data.targets.classes import ClassLabels
from dlcli.data.targets.target import FitOptions, Targets, holds_tuples, raw_targets, require_targets
from dlcli.data.text.vocabulary import Vocabulary


@register("targets", "values")
@dataclass(frozen=True)
class Values(Targets):
    """One or several numbers for each example.

    Args:
        names: Names of the K target columns; empty if they have none.
        scaling: Scaling of the targets for training; shift and scale are (K,).
    """

    plural: ClassVar[str] = "values"
    names: tuple[str, ...]
    scaling: Scaling

    @classmethod
    def recognizes(cls, examples: Examples) -> bool:
        targets = examples.targets
        return targets is not None and not holds_tuples(targets) and not ClassLabels.recognizes(examples)

    @classmethod
    def fit(cls, examples: Examples, rows: np.ndarray, options: FitOptions) -> Values:
        return cls.of(require_targets(examples)[rows], options.normalization, examples.target_names)

    @classmethod
    def of(cls, targets: np.ndarray, normalization: Normalization, names: tuple[str, ...]) -> Values:
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

    def encode(self, examples: Examples, rows: np.ndarray, split: str) -> np.ndarray | None:
        targets = raw_targets(examples)
        return None if targets is None else self.scaled(targets[rows], split)

    def scaled(self, targets: np.ndarray, split: str) -> np.ndarray:
        """Return the (N, K) float32 scaled targets.

        Args:
            targets: (N,) or (N, K) values.
            split: Name of the split, for messages.

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

    def placeholder(self, count: int) -> np.ndarray:
        return np.zeros((count, self.count), np.float32)

    def raw_values(self, examples: Examples, rows: np.ndarray) -> np.ndarray | None:
        if examples.targets is None:
            return None
        values: np.ndarray = examples.targets[rows]
        return values

    @classmethod
    def comparable(cls, examples: Examples, rows: np.ndarray) -> np.ndarray | None:
        targets = examples.targets
        if targets is None or targets.ndim > 1 or targets.dtype.kind not in "biuf":
            return None
        values: np.ndarray = targets[rows].astype(np.float64)
        return values

    @classmethod
    def remarks(cls, examples: Examples, rows: np.ndarray) -> Iterator[str]:
        if examples.targets is not None:
            yield from constant_targets(examples.targets[rows], examples.target_names)

    @property
    def value_names(self) -> tuple[str, ...]:
        return self.names

    @property
    def columns(self) -> tuple[str, ...]:
        return self.names

    def column_kinds(self, columns: Sequence[str]) -> dict[str, Kind]:
        return dict.fromkeys(columns, "numeric")

    def describe(self, encoded: np.ndarray) -> list[str]:
        return [", ".join(map(formatting.number, values)) for values in self.inverse(encoded).tolist()]

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.registered_name,
            "names": list(self.names),
            "scaling": self.scaling.to_json(),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any], vocabulary: Vocabulary | None = None) -> Values:  # noqa: ARG003
        return cls(tuple(document["names"]), Scaling.from_json(document["scaling"]))


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
        raise ConfigError(message, code="not_applicable", key="targets")
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
