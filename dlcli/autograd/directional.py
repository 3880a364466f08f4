"""Analytic gradients against differences along random directions: one number for a whole array.

For a random unit direction d of an array, `⟨∇f, d⟩` is compared with the slope of `f(θ + t d)` at t = 0. Two passes
check an array of any size, where element by element would take two for each. What is wrong shows if its norm is more
than some 1e-5 of the gradient's; a single element of a large array may be wrong by a few percent unseen.

**Kinks.** A large network has a million rectifiers and maxima, and some of them switch within any step. The slope is
therefore measured by central differences of smaller and smaller steps, and on each side alone,
`(−3 f(0) + 4 f(h) − f(2h)) / 2h`, where the other side has a kink. If it agrees with none, another direction is drawn:
one that a kink lies on is likely to be followed by one without, and a wrong gradient is wrong along all of them.

The relative error and its floor are those of `dlcli.autograd.gradcheck`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from dlcli.autograd.gradcheck import EPSILON, TOLERANCE, ParameterCheck, analytic_gradients, difference_floor
from dlcli.autograd.tensor import Tensor

#: directions that are tried before an array counts as wrong
MOST_DIRECTIONS = 5
#: as shares of epsilon: where a kink lies within one step, rounding may drown the slope at a step ten times smaller
STEPS = (1, 0.3, 0.1, 0.03, 0.01)


def check_directions(
    loss: Callable[[], Tensor],
    parameters: Mapping[str, Tensor],
    *,
    generator: np.random.Generator,
    epsilon: float = EPSILON,
) -> list[ParameterCheck]:
    """Check the gradient of a scalar with respect to arrays, which are moved and put back, along random directions.

    Args:
        loss: computes the scalar; the same at every call, so random draws are held.
        parameters: the float64 leaves to check, by name; their `grad` is left as it was.
        generator: draws the directions.
        epsilon: the longest step, as a Euclidean distance.

    Returns:
        one check an array, without an index; of its directions the one that agrees best counts.

    Raises:
        ValueError: an array is not float64, or `loss` does not repeat itself.
    """
    analytic, objective, value = analytic_gradients(loss, parameters)
    return [
        _check_array(name, parameter.data, analytic[name], objective, value, epsilon, generator)
        for name, parameter in parameters.items()
    ]


def _check_array(
    name: str,
    array: np.ndarray,
    gradient: np.ndarray,
    objective: Callable[[], float],
    value: float,
    epsilon: float,
    generator: np.random.Generator,
) -> ParameterCheck:
    floor = difference_floor(value)
    best = math.nan, math.nan, math.inf
    drawn = 0
    while drawn < MOST_DIRECTIONS and not best[2] < TOLERANCE:
        drawn += 1
        # normal numbers, normalized: uniform on the sphere, so no direction is preferred
        direction = generator.standard_normal(array.shape)
        direction /= np.linalg.norm(direction)
        expected = float(np.vdot(gradient, direction))
        for slope in _slopes(array, direction, objective, value, epsilon):
            error = abs(expected - slope) / max(abs(expected) + abs(slope), floor)
            if math.isnan(best[0]) or error < best[2]:
                best = expected, slope, error if math.isfinite(error) else math.inf
            if error < TOLERANCE:
                break
    return ParameterCheck(
        parameter=name,
        index=(),
        analytic=best[0],
        numeric=best[1],
        relative_error=best[2],
        norm_relative_error=best[2],
        checked=1,
        kinks=drawn - 1,
        size=array.size,
    )


def _slopes(
    array: np.ndarray, direction: np.ndarray, objective: Callable[[], float], value: float, epsilon: float
) -> Iterator[float]:
    """Difference quotients along a direction, of smaller and smaller steps, from both sides and from each."""
    before = array.copy()

    def at(offset: float) -> float:
        array[...] = before + offset * direction
        try:
            return objective()
        finally:
            array[...] = before

    for step in (epsilon * share for share in STEPS):
        left, right = at(-step), at(step)
        # Central, then each side by itself, of second order like the central one: with a kink on the right the slope on
        # the left is still exact.
        yield (right - left) / (2 * step)
        yield (-3 * value + 4 * right - at(2 * step)) / (2 * step)
        yield -(-3 * value + 4 * left - at(-2 * step)) / (2 * step)
