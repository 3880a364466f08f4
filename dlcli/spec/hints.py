"""What only the whole config can add to a mistake: where else the key belongs, how else it is written."""

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
    """The end of the mistake's message; empty when there is nothing to add."""
    if mistake.code == MISSING_KEY:
        return _how_to_add(mistake.path, document)
    if mistake.code == UNKNOWN_KEY:
        return _kept_option(mistake.path, document) or _where_it_belongs(mistake)
    return ""


def _how_to_add(path: KeyPath, document: Document) -> str:
    """A component written as a bare name becomes a mapping once it has options."""
    name, key = document.get(path[:-1]), path[-1]
    if not isinstance(name, str):
        return ""
    in_layers = path[-3:-2] == ("layers",)
    return f"; write {{{name}: {{{key}: …}}}}" if in_layers else f"; write {{name: {name}, {key}: …}}"


def _kept_option(path: KeyPath, document: Document) -> str:
    """An option of the old component in the file, after an override has set the name of a new one."""
    for name in ("name", "architecture", "format") if len(path) > 1 else ():
        setting = document.key_places.get((*path[:-1], name))
        written = document.place(path, key=True)
        if setting is not None and setting.file != document.file and written.file == document.file:
            component = format_path(path[:-1])
            return f"; the file's options are kept under a new {name}; set {component} as a whole to drop them"
    return ""


def _where_it_belongs(mistake: Mistake) -> str:
    key = mistake.path[-1]
    homes = [format_path(home) for home in _homes().get(key, ()) if home != mistake.path]
    return f"; did you mean {' or '.join(homes)}?" if homes and "did you mean" not in mistake.message else ""


@functools.cache
def _homes() -> dict[str | int, list[KeyPath]]:
    """The paths of every key that configs may have, by their last step."""
    homes: dict[str | int, list[KeyPath]] = {}
    for path in known_paths(Sections):
        homes.setdefault(path[-1], []).append(path)
    return homes


def known_paths(section: type[Section], path: KeyPath = ()) -> Iterator[KeyPath]:
    """The paths of all keys that every config may have."""
    for key, field in fields_of(section).items():
        yield (*path, key)
        for member in members(annotation_of(field)):
            inner, _ = peel(member)
            if is_settings(inner):
                inner = options_model(inner)
            if isinstance(inner, type) and issubclass(inner, Section):
                yield from known_paths(inner, (*path, key))
