"""Differences between resolved configs by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dlcli.core import dumps

#: Text for a key that one of the configs lacks.
ABSENT = "(absent)"


def flatten(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flatten a nested config to dotted key → value; a list is one value unless it contains mappings.

    >>> flatten({"model": {"hidden_units": [64, 32], "layers": [{"linear": {"units": 1}}]}})
    {'model.hidden_units': [64, 32], 'model.layers[0].linear.units': 1}
    """
    flat: dict[str, Any] = {}
    for key, value in config.items():
        flat |= _flatten_value(f"{prefix}{key}", value)
    return flat


def _flatten_value(key: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping) and value:
        return flatten(value, f"{key}.")
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        flat: dict[str, Any] = {}
        for index, item in enumerate(value):
            flat |= _flatten_value(f"{key}[{index}]", item)
        return flat
    return {key: value}


def differences(configs: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the keys whose values differ → their value in each config, as JSON text.

    >>> differences([{"seed": 0, "name": "a"}, {"seed": 1, "name": "a"}])
    {'seed': ['0', '1']}
    """
    flat = [flatten(config) for config in configs]
    keys = dict.fromkeys(key for one in flat for key in one)
    rows = {key: [dumps(one[key]) if key in one else ABSENT for one in flat] for key in keys}
    return {key: values for key, values in rows.items() if len(set(values)) > 1}
