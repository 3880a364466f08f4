"""Restrict a data set to some of its classes: other examples are dropped, and the model has no output for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dlcli.core import ConfigError, unknown_name
from dlcli.data.examples import Examples
from dlcli.data.labels import ClassNames, Label, label_position, named_labels, plain_labels


@dataclass(frozen=True)
class ClassChoice:
    """The selected classes.

    Args:
        labels: Labels of the selected classes in the data, sorted.
        names: Names of these classes, in the same order; None = the labels are the names.
    """

    labels: tuple[str, ...] | tuple[int, ...]
    names: tuple[str, ...] | None

    @classmethod
    def of(cls, classes: Sequence[str | int], labels: Sequence[Label], class_names: ClassNames | None) -> ClassChoice:
        """Look up the classes that a config selects.

        Args:
            classes: Names or labels of the classes to select.
            labels: Labels of the data, in order.
            class_names: Names of the labels 0 … K−1 or of the sorted labels, or label → name.

        Raises:
            ConfigError: A class does not exist or is selected twice, or there are fewer than two classes.
            DataError: The names do not fit the labels.
        """
        named = named_labels(labels, class_names)
        all_labels, all_names = [*named], [*named.values()]
        positions = []
        for index, item in enumerate(classes):
            key = f"classes[{index}]"
            position = _position(item, all_labels, all_names, key)
            if position in positions:
                raise ConfigError(f"class {all_names[position]} is already selected", code="duplicate_name", key=key)
            positions.append(position)
        if len(positions) < 2:
            raise ConfigError(
                f"expected at least two classes, got {len(positions)}", code="too_few_examples", key="classes"
            )
        positions.sort()
        names = None if class_names is None else tuple(all_names[position] for position in positions)
        return cls(tuple(all_labels[position] for position in positions), names)  # type: ignore[arg-type]

    @property
    def class_names(self) -> Mapping[Label, str] | None:
        """Label → name; None if the labels are the names."""
        return None if self.names is None else dict(zip(self.labels, self.names, strict=True))

    def rows(self, examples: Examples) -> np.ndarray:
        """Return the (n,) row numbers of the examples of these classes, ascending."""
        labels = plain_labels(examples.labels)
        selected = [label for label in np.unique(labels).tolist() if label_position(label, self.labels) is not None]
        return np.flatnonzero(np.isin(labels, np.array(selected, dtype=labels.dtype)))


def _position(item: str | int, labels: Sequence[Label], names: Sequence[str], key: str) -> int:
    for known in (names, labels):
        if item in known:
            return known.index(item)
    position = label_position(item, labels)
    if position is None:
        raise ConfigError(f"{item!r}: {unknown_name('class', str(item), names)}", code="unknown_name", key=key)
    return position
