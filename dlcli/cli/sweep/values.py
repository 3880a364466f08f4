"""Values of the parameters of a trial as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from dlcli.sweeps import value_text


def format_values(values: Mapping[str, Any]) -> str:
    """Format all values in one line, each named by the last part of its path unless that is ambiguous.

    >>> format_values({"optimizer.name": "adam", "optimizer.learning_rate": 0.01, "model.layers[0].linear.units": 8})
    'optimizer=adam learning_rate=0.01 units=8'
    >>> format_values({"optimizer.learning_rate": 0.0031415926, "model.hidden_units": [64], "training.shuffle": True})
    'learning_rate=0.003142 hidden_units=[64] shuffle=true'
    >>> format_values({"model.layers[0].linear.units": 8, "model.layers[1].linear.units": 4, "depth": 2})
    'model.layers[0].linear.units=8 model.layers[1].linear.units=4 depth=2'
    """
    short = {name: name.removesuffix(".name").rpartition(".")[2] for name in values}
    uses = Counter(short.values())
    return " ".join(
        f"{short[name] if uses[short[name]] == 1 else name}={value_text(value)}" for name, value in values.items()
    )
