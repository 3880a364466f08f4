"""Creation of the object that a checked component describes."""

from __future__ import annotations

from typing import Any

import dlcli.components  # noqa: F401  # fills the registry
from dlcli.core import registry, under
from dlcli.spec import ComponentSpec


def create(component: ComponentSpec, *supplied: Any, at: str) -> Any:
    """Create the object that a checked component describes.

    Args:
        component: Description; nested components are created first.
        supplied: Positional arguments, which come from the code and not from the config.
        at: Path of the component in the config, the prefix of the keys in errors of its constructor.
    """
    options = {key: _create_nested(value, f"{at}.{key}" if at else key) for key, value in component.options.items()}
    with under(at):
        return registry.make(registry.lookup(component.kind, component.name), *supplied, **options)


def _create_nested(value: Any, at: str) -> Any:
    if isinstance(value, ComponentSpec):
        return create(value, at=at)
    return (
        [_create_nested(item, f"{at}[{index}]") for index, item in enumerate(value)]
        if isinstance(value, list)
        else value
    )
