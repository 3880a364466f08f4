"""Only some of the classes of a data set: the others' examples are left out, and the model has no output for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dlcli.data.examples import Examples
from dlcli.data.labels import plain_labels
from dlcli.errors import ConfigError, DataError, unknown_name


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
    def of(
        cls, wanted: Sequence[str | int], targets: np.ndarray | None, class_names: Sequence[str] | None
    ) -> ClassChoice:
        """The classes that a config asks for.

        Args:
            wanted: each the name of a class or its label.
            targets: (N,) labels of the examples.
            class_names: names of the labels 0 … K−1, or of the sorted labels.

        Raises:
            ConfigError: there is no such class, or one only or one twice is asked for.
            DataError: the targets are no labels.
        """
        if targets is None:
            raise DataError("the data has no targets, so there are no classes to choose", key="data.classes")
        found = np.unique(plain_labels(targets)).tolist()
        if class_names is not None and all(isinstance(label, int) and 0 <= label < len(class_names) for label in found):
            found = list(range(len(class_names)))
        called = [str(label) for label in found] if class_names is None else list(class_names)
        positions = []
        for index, item in enumerate(wanted):
            position = _position(item, found, called, f"data.classes[{index}]")
            if position in positions:
                raise ConfigError(f"the class {called[position]} is already chosen", key=f"data.classes[{index}]")
            positions.append(position)
        if len(positions) < 2:
            raise ConfigError("expected two classes or more: there is nothing to tell apart", key="data.classes")
        positions.sort()
        names = None if class_names is None else tuple(called[position] for position in positions)
        return cls(tuple(found[position] for position in positions), names)

    def rows(self, examples: Examples) -> np.ndarray:
        """(n,) the rows of the examples that are of these classes, ascending."""
        assert examples.targets is not None, "classes are chosen by targets"
        return np.flatnonzero(np.isin(plain_labels(examples.targets), np.array(self.labels)))


def _position(item: str | int, labels: Sequence[str | int], names: Sequence[str], key: str) -> int:
    for known in (names, labels, [str(label) for label in labels]):
        if item in known:
            return known.index(item)
    raise ConfigError(f"{item!r}: {unknown_name('class', str(item), names)}", key=key)
