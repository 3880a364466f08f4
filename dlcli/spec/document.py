"""A config as plain values that remember where each of them was written."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from dlcli.core import ConfigError, ErrorCode
from dlcli.spec.key_paths import KeyPath, format_path


@dataclass(frozen=True)
class Place:
    """Where something was written: a line of a file, or a `--set` argument (which has no line)."""

    file: str
    line: int | None = None
    column: int | None = None


@dataclass
class Document:
    """The values of a YAML text, with a place for every key and value.

    Args:
        file: the file as the user named it; it appears in messages.
        text: the YAML as it was written.
        data: mappings, lists, str, int, float, bool and None.
        problems: mistakes that do not hide the rest, such as a duplicate key.
        unreadable: where a problem has left something else than was meant, so that there is no use in checking it.
        value_places: where each value was written.
        key_places: where each key of a mapping was written.
    """

    file: str
    text: str = ""
    data: Any = field(default_factory=dict)
    problems: list[ConfigError] = field(default_factory=list)
    unreadable: set[KeyPath] = field(default_factory=set)
    value_places: dict[KeyPath, Place] = field(default_factory=dict)
    key_places: dict[KeyPath, Place] = field(default_factory=dict)

    def copy(self) -> Document:
        """A document of its own, to be changed."""
        return replace(
            self,
            data=copy.deepcopy(self.data),
            problems=[*self.problems],
            unreadable={*self.unreadable},
            value_places={**self.value_places},
            key_places={**self.key_places},
        )

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """Where the value at `path` (or its key) was written; the nearest parent's place when it was not."""
        for end in range(len(path), -1, -1):
            places = self.key_places if key and path[:end] in self.key_places else self.value_places
            if path[:end] in places:
                return places[path[:end]]
        return Place(self.file)

    def position(self, path: KeyPath, key: bool = False) -> tuple[int, int]:
        """Line and column of the value at `path`, or of its key, both from 1."""
        place = self.place(path, key=key)
        return place.line or 1, place.column or 1

    def best_place(self, path: KeyPath) -> Place:
        """Where an editor should jump to: a scalar itself, the key of a mapping or list, else the parent."""
        while path and path not in self.value_places:
            path = path[:-1]
        value = self.get(path)
        return self.place(path, key=isinstance(value, dict | list))

    def get(self, path: KeyPath) -> Any:
        """The value at `path`, None when there is none."""
        value = self.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def place_within(self, path: KeyPath, offset: int) -> Place:
        """Where a character of the text at `path` was written, if the text stands on one line as it is."""
        place, value = self.best_place(path), self.get(path)
        if offset == 0 or place.line is None or place.column is None or place.file != self.file:
            return place
        written = self.text.split("\n")[place.line - 1][place.column - 1 :]
        quote = len(written) - len(written.lstrip("'\""))
        if not written[quote:].startswith(value):
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
        """A mistake in the value at `path`, in a character of its text, or in its key."""
        place = self.place(path, key=True) if key else self.place_within(path, offset)
        return ConfigError(
            message, code=code, file=place.file, line=place.line, column=place.column, key=format_path(path) or None
        )

    def move(self, path: KeyPath, place: Place, *, replaced: Any = None) -> None:
        """Say that the value at `path`, with all it holds, was written at `place`.

        Args:
            path: of the value.
            place: where it was written.
            replaced: the value that was there before; the places of what it held are forgotten.
        """
        for inner in _paths_below(path, replaced):
            self.value_places.pop(inner, None)
            self.key_places.pop(inner, None)
        self.value_places[path] = place
        self.key_places[path] = place


def _paths_below(path: KeyPath, value: Any) -> Iterator[KeyPath]:
    """The paths of everything that a mapping or list at `path` holds."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from _paths_below((*path, step), inner)
