"""Samples on which the gradient of a Function is checked."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Sample:
    """One call of a Function for its gradient check.

    Args:
        inputs: Array inputs, float64 if they have a gradient; None for an omitted optional input.
        options: Keyword options.
        differentiable: Whether each input is checked; None means every float array.
    """

    inputs: tuple[np.ndarray | None, ...]
    options: dict[str, Any] = field(default_factory=dict)
    differentiable: tuple[bool, ...] | None = None

    def checked_inputs(self) -> tuple[bool, ...]:
        """Return whether each input is checked."""
        if self.differentiable is not None:
            return self.differentiable
        return tuple(array is not None and array.dtype.kind == "f" for array in self.inputs)


def draw(*shape: int, seed: int = 0) -> np.ndarray:
    """Draw standard normal values."""
    return np.random.default_rng(seed).standard_normal(shape)


def draw_away_from_zero(*shape: int, seed: int = 0) -> np.ndarray:
    """Draw values of both signs with magnitudes in [0.1, 2): no difference quotient crosses a kink at 0."""
    generator = np.random.default_rng(seed)
    signs: np.ndarray = generator.choice([-1.0, 1.0], shape)
    return signs * generator.uniform(0.1, 2.0, shape)


def draw_distinct(*shape: int, seed: int = 0) -> np.ndarray:
    """Draw values 0.1 apart in random order: no difference quotient changes which one is the maximum."""
    values: np.ndarray = np.random.default_rng(seed).permutation(math.prod(shape)) / 10
    return values.reshape(shape)
