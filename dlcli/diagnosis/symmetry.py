"""Hidden units that are copies of each other: what an initialization without randomness leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class IdenticalUnits:
    """A layer whose units all have the same incoming weights, so that it does the work of a single one."""

    parameter: str
    num_units: int


def identical_units(parameters: Mapping[str, np.ndarray[Any, Any]]) -> tuple[IdenticalUnits, ...]:
    """The layers of two units or more in which every unit computes the same.

    Units that start equal get equal gradients and stay equal, however long they are trained.

    Args:
        parameters: trained parameters by dotted name; weight matrices are (inputs, units).
    """
    return tuple(
        IdenticalUnits(name, weight.shape[1])
        for name, weight in parameters.items()
        if weight.ndim == 2 and weight.shape[1] > 1 and np.ptp(weight, axis=1).max() <= _tolerance(weight)
    )


def _tolerance(weight: np.ndarray[Any, Any]) -> float:
    """What the rounding of the training arithmetic may leave between two equal units."""
    return float(1e-5 * np.abs(weight).max(initial=0.0))
