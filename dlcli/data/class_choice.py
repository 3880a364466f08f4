"""Only some of the classes of a data set: the others' examples are left out, and the model has no output for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dlcli.core import ConfigError, unknown_name
from dlcli.data.examples import Examples
from dlcli.data.labels import ClassNames, Label, label_position, named_labels, plain_labels


@dataclass(frozen=True)
class ClassChoice:
    """Which classes are wanted.

    Args:
        labels: as they stand in the data, sorted.
        names: of these classes, in the same order; None where they are called by their labels.
    """

    labels: tuple[str, ...] | tuple[int, ...]
    names: tuple[str, ...] | None

    @classmethod
    def of(cls, wanted: Sequence[str | int], labels: Sequence[Label], class_names: ClassNames | None) -> ClassChoice:
        """The classes that a config asks for.

        Args:
            wanted: each the name of a class or its label.
            labels: those of the data, in order.
            class_names: names of the labels 0 … K−1 or of the sorted labels, or label → name.

        Raises:
            ConfigError: there is no such class, or one only or one twice is asked for.
            DataError: the names do not fit the labels.
        """
        named = named_labels(labels, class_names)
        found, called = [*named], [*named.values()]
        positions = []
        for index, item in enumerate(wanted):
            position = _position(item, found, called, f"classes[{index}]")
            if position in positions:
                raise ConfigError(f"the class {called[position]} is already chosen", key=f"classes[{index}]")
            positions.append(position)
        if len(positions) < 2:
            raise ConfigError(
                "expected two classes or more: there is nothing to tell apart",
                code="too_few_examples",
                key="classes",
            )
        positions.sort()
        names = None if class_names is None else tuple(called[position] for position in positions)
        return cls(tuple(found[position] for position in positions), names)  # type: ignore[arg-type]

    @property
    def class_names(self) -> Mapping[Label, str] | None:
        """Label → name; None where the classes are called by their labels."""
        return None if self.names is None else dict(zip(self.labels, self.names, strict=True))

    def rows(self, examples: Examples) -> np.ndarray:
        """(n,) the rows of the examples that are of these classes, ascending."""
        labels = plain_labels(examples.labels)
        chosen = [label for label in np.unique(labels).tolist() if label_position(label, self.labels) is not None]
        return np.flatnonzero(np.isin(labels, np.array(chosen, dtype=labels.dtype)))


def _position(item: str | int, labels: Sequence[Label], names: Sequence[str], key: str) -> int:
    for known in (names, labels):
        if item in known:
            return known.index(item)
    position = label_position(item, labels)
    if position is None:
        raise ConfigError(f"{item!r}: {unknown_name('class', str(item), names)}", code="unknown_name", key=key)
    return position
