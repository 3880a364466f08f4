"""The values of a trial's parameters as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from dlcli.sweeps import value_text


def in_a_row(values: Mapping[str, Any]) -> str:
    """Every parameter in one line, called by the last part of its path unless two end alike.

    >>> in_a_row({"optimizer.name": "adam", "optimizer.learning_rate": 0.01, "model.layers[0].linear.units": 8})
    'optimizer=adam learning_rate=0.01 units=8'
    >>> in_a_row({"optimizer.learning_rate": 0.0031415926, "model.hidden_units": [64, 32], "training.shuffle": True})
    'learning_rate=0.003142 hidden_units=[64, 32] shuffle=true'
    >>> in_a_row({"model.layers[0].linear.units": 8, "model.layers[1].linear.units": 4, "depth": 2})
    'model.layers[0].linear.units=8 model.layers[1].linear.units=4 depth=2'
    """
    short = {name: name.removesuffix(".name").rpartition(".")[2] for name in values}
    uses = Counter(short.values())
    return " ".join(
        f"{short[name] if uses[short[name]] == 1 else name}={value_text(found)}" for name, found in values.items()
    )
