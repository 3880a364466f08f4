"""A config as plain values with the place of each value in the file."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from dlcli.core import ConfigError, ErrorCode
from dlcli.spec.key_paths import KeyPath, format_path


@dataclass(frozen=True)
class Place:
    """Place of a key or value: a line of a file, or a `--set` argument (which has no line).

    Args:
        file: File as the user named it, or the argument.
        line: 1-based line; None for an argument.
        column: 1-based column; None for an argument.
    """

    file: str
    line: int | None = None
    column: int | None = None


@dataclass
class Document:
    """The values of a YAML text, with a place for every key and value.

    Args:
        file: File as the user named it, for messages.
        text: YAML text.
        data: Values as mappings, lists, str, int, float, bool and None.
        problems: Mistakes that do not prevent reading the rest, such as a duplicate key.
        unreadable: Paths of values that could not be read, so that checking them would report false mistakes.
        value_places: Path → place of the value.
        key_places: Path → place of the key in its mapping.
    """

    file: str
    text: str = ""
    data: Any = field(default_factory=dict)
    problems: list[ConfigError] = field(default_factory=list)
    unreadable: set[KeyPath] = field(default_factory=set)
    value_places: dict[KeyPath, Place] = field(default_factory=dict)
    key_places: dict[KeyPath, Place] = field(default_factory=dict)

    def copy(self) -> Document:
        """Return an independent copy."""
        return replace(
            self,
            data=copy.deepcopy(self.data),
            problems=[*self.problems],
            unreadable={*self.unreadable},
            value_places={**self.value_places},
            key_places={**self.key_places},
        )

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """Return the place of the value at `path`, or of its key; for a missing value that of the nearest parent."""
        for end in range(len(path), -1, -1):
            places = self.key_places if key and path[:end] in self.key_places else self.value_places
            if path[:end] in places:
                return places[path[:end]]
        return Place(self.file)

    def position(self, path: KeyPath, key: bool = False) -> tuple[int, int]:
        """Return 1-based line and column of the value at `path`, or of its key."""
        place = self.place(path, key=key)
        return place.line or 1, place.column or 1

    def best_place(self, path: KeyPath) -> Place:
        """Return the place for a user: that of a scalar, of the key of a mapping or list, or of the nearest parent."""
        while path and path not in self.value_places:
            path = path[:-1]
        value = self.get(path)
        return self.place(path, key=isinstance(value, dict | list))

    def get(self, path: KeyPath) -> Any:
        """Return the value at `path`; None if there is none."""
        value = self.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def place_within(self, path: KeyPath, offset: int) -> Place:
        """Return the place of a character of the string at `path`, if the string is on one line without escapes."""
        place, value = self.best_place(path), self.get(path)
        if offset == 0 or place.line is None or place.column is None or place.file != self.file:
            return place
        line = self.text.split("\n")[place.line - 1][place.column - 1 :]
        quote = len(line) - len(line.lstrip("'\""))
        if not line[quote:].startswith(value):
            return place
        return Place(place.file, place.line, place.column + quote + offset)

    def error(
        self,
        path: KeyPath,
        message: str,
        code: ErrorCode = "invalid_value",
        *,
        key: bool = False,
        offset: int = 0,
    ) -> ConfigError:
        """Return the error of a mistake with its place.

        Args:
            path: Path of the value.
            message: Text for the user.
            code: Kind of mistake.
            key: Whether the mistake is in the key instead of the value.
            offset: Index of the wrong character in a string.
        """
        place = self.place(path, key=True) if key else self.place_within(path, offset)
        return ConfigError(
            message, code=code, file=place.file, line=place.line, column=place.column, key=format_path(path) or None
        )

    def move(self, path: KeyPath, place: Place, *, replaced: Any = None) -> None:
        """Set the place of a value and of everything in it.

        Args:
            path: Path of the value.
            place: New place.
            replaced: Previous value, whose inner places are removed.
        """
        for inner in _paths_below(path, replaced):
            self.value_places.pop(inner, None)
            self.key_places.pop(inner, None)
        self.value_places[path] = place
        self.key_places[path] = place


def _paths_below(path: KeyPath, value: Any) -> Iterator[KeyPath]:
    """Yield the paths of everything in a mapping or list at `path`."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from _paths_below((*path, step), inner)
