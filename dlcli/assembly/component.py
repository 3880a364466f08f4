"""A checked component to the object that it stands for."""

from __future__ import annotations

from typing import Any

import dlcli.components  # noqa: F401  # fills the registry
from dlcli.core import registry
from dlcli.spec import ComponentSpec


def create(component: ComponentSpec, *supplied: Any) -> Any:
    """The object that a checked component stands for.

    Args:
        component: its nested components are created first.
        supplied: positional arguments, which come from the code and not from the config.
    """
    options = {key: _created(value) for key, value in component.options.items()}
    return registry.lookup(component.kind, component.name)(*supplied, **options)


def _created(value: Any) -> Any:
    if isinstance(value, ComponentSpec):
        return create(value)
    return [_created(item) for item in value] if isinstance(value, list) else value
