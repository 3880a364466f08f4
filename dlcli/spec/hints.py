"""Hints that need the whole config: the section that a key belongs to, and the notation of a missing option."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from dlcli.spec.component import is_settings, options_model
from dlcli.spec.document import Document
from dlcli.spec.expectations import members, peel
from dlcli.spec.key_paths import KeyPath, format_path
from dlcli.spec.mistake import MISSING_KEY, UNKNOWN_KEY, Mistake
from dlcli.spec.schema import Sections
from dlcli.spec.section import Section, annotation_of, fields_of


def hint(mistake: Mistake, document: Document) -> str:
    """Return the end of the mistake's message; empty if there is no hint."""
    if mistake.code == MISSING_KEY:
        return _how_to_add(mistake.path, document)
    if mistake.code == UNKNOWN_KEY:
        return _kept_option(mistake.path, document) or _where_it_belongs(mistake)
    return ""


def _how_to_add(path: KeyPath, document: Document) -> str:
    """Return how to add an option to a component that is written as a name only."""
    name, key = document.get(path[:-1]), path[-1]
    if not isinstance(name, str):
        return ""
    in_layers = path[-3:-2] == ("layers",)
    return f"; write {{{name}: {{{key}: …}}}}" if in_layers else f"; write {{name: {name}, {key}: …}}"


def _kept_option(path: KeyPath, document: Document) -> str:
    """Return the hint for an option in the file that does not exist after an override of the component's name."""
    for name in ("name", "architecture", "format") if len(path) > 1 else ():
        name_place = document.key_places.get((*path[:-1], name))
        place = document.place(path, key=True)
        if name_place is not None and name_place.file != document.file and place.file == document.file:
            component = format_path(path[:-1])
            return f"; a new {name} keeps the options of the file; set {component} as a whole to remove them"
    return ""


def _where_it_belongs(mistake: Mistake) -> str:
    key = mistake.path[-1]
    homes = [format_path(home) for home in _homes().get(key, ()) if home != mistake.path]
    return f"; did you mean {' or '.join(homes)}?" if homes and "did you mean" not in mistake.message else ""


@functools.cache
def _homes() -> dict[str | int, list[KeyPath]]:
    """Return the paths of all keys of configs by their last step."""
    homes: dict[str | int, list[KeyPath]] = {}
    for path in known_paths(Sections):
        homes.setdefault(path[-1], []).append(path)
    return homes


def known_paths(section: type[Section], path: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the paths of all keys of a section, without those of components."""
    for key, field in fields_of(section).items():
        yield (*path, key)
        for member in members(annotation_of(field)):
            inner, _ = peel(member)
            if is_settings(inner):
                inner = options_model(inner)
            if isinstance(inner, type) and issubclass(inner, Section):
                yield from known_paths(inner, (*path, key))
