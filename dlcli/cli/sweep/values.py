"""The values of a trial's parameters as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from dlcli import strict_json
from dlcli.cli import figures


def value(found: Any) -> str:
    """
    >>> [value(one) for one in (0.0031415926, 64, "adam", [64, 32], None, True)]
    ['0.003142', '64', 'adam', '[64, 32]', 'null', 'true']
    """
    if isinstance(found, float):
        return figures.number(found)
    return found if isinstance(found, str) else strict_json.dumps(found)


def in_a_row(values: Mapping[str, Any]) -> str:
    """Every parameter in one line, called by the last part of its path unless two end alike.

    >>> in_a_row({"optimizer.name": "adam", "optimizer.learning_rate": 0.01, "model.layers[0].linear.units": 8})
    'optimizer=adam learning_rate=0.01 units=8'
    >>> in_a_row({"model.layers[0].linear.units": 8, "model.layers[1].linear.units": 4, "depth": 2})
    'model.layers[0].linear.units=8 model.layers[1].linear.units=4 depth=2'
    """
    short = {name: name.removesuffix(".name").rpartition(".")[2] for name in values}
    uses = Counter(short.values())
    return " ".join(
        f"{short[name] if uses[short[name]] == 1 else name}={value(found)}" for name, found in values.items()
    )
