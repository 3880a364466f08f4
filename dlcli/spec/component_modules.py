"""The key `components`: modules outside dlcli that a config needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from dlcli.core import ConfigError, InvalidConfigError, component_modules, registry, show
from dlcli.spec.component import ComponentSpec
from dlcli.spec.document import Document
from dlcli.spec.expectations import members
from dlcli.spec.section import Section

KEY = "components"


def check_module_name(name: str) -> None:
    """Check that a text is the dotted name of a module.

    Raises:
        ValueError: The text is something else, such as a path.
    """
    if not component_modules.is_module_name(name):
        raise ValueError(f"expected the name of an installed module, such as my_package, got {show(name)}")


def import_required_modules(document: Document) -> None:
    """Import the modules that a config names, before any other check.

    The components of the config cannot be checked without them, so that only their errors are reported.

    Raises:
        InvalidConfigError: A module is missing, not accepted by the user, fails, or registers no component.
    """
    names = document.data.get(KEY) if isinstance(document.data, dict) else None
    problems = []
    for position, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str) and component_modules.is_module_name(
            name
        ):  # others are reported by the check of values
            try:
                component_modules.import_required(name)
            except ConfigError as error:
                problems.append(document.error((KEY, position), error.message, error.code))
    if problems:
        raise InvalidConfigError(problems)


def modules_of(sections: Section) -> list[str]:
    """Return the modules outside dlcli that the components of a checked file come from."""
    if not component_modules.are_registered():  # the search is slow, and runs for each trial of a sweep
        return []
    return component_modules.modules_of(set(_components(sections)))


def _components(value: Any) -> Iterator[tuple[str, str]]:
    """Yield kind and name of every component within a checked value."""
    if isinstance(value, ComponentSpec):
        yield value.kind, value.name
        yield from _described(value)
        yield from _components(value.options)
    elif isinstance(value, Section):
        for name in type(value).model_fields:
            yield from _components(getattr(value, name))
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _components(getattr(value, field.name))
    elif isinstance(value, dict):
        yield from _components(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _components(item)


def _described(component: ComponentSpec) -> Iterator[tuple[str, str]]:
    """Yield kind and name of the components among a component's options that are plain mappings."""
    for option in registry.options(registry.lookup(component.kind, component.name)):
        kinds = [registry.component_kind(it) for it in members(option.annotation) if registry.is_described(it)]
        value = component.options.get(option.name)
        if isinstance(value, dict) and "name" in value:
            yield from ((kind, value["name"]) for kind in kinds if kind is not None)
