"""Identical hidden units, which result from an initialization without randomness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class IdenticalUnits:
    """A layer whose units all have the same incoming weights, so that it acts like a single unit.

    Args:
        parameter: Dotted name of the weight matrix.
        num_units: Number of units.
    """

    parameter: str
    num_units: int


def identical_units(parameters: Mapping[str, np.ndarray[Any, Any]]) -> tuple[IdenticalUnits, ...]:
    """Return the layers of two or more units in which all units compute the same function.

    Units that start equal receive equal gradients, so they stay equal during training.

    Args:
        parameters: Trained parameters by dotted name; weight matrices are (inputs, units).
    """
    return tuple(
        IdenticalUnits(name, weight.shape[1])
        for name, weight in parameters.items()
        if weight.ndim == 2 and weight.shape[1] > 1 and np.ptp(weight, axis=1).max() <= _tolerance(weight)
    )


def _tolerance(weight: np.ndarray[Any, Any]) -> float:
    """Return the difference that rounding may cause between equal units."""
    return float(1e-5 * np.abs(weight).max(initial=0.0))
