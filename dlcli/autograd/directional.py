"""Gradient checking along random directions: one number for a whole array.

For a random unit direction d of an array, `⟨∇f, d⟩` is compared with the slope of `f(θ + t d)` at t = 0. Two forward
passes check an array of any size, instead of two passes per element. An error is detected if its norm is more than
about 1e-5 of the gradient's norm; a single element of a large array may be wrong by a few percent without detection.

***Kinks.** A large network has millions of ReLUs and maxima, and some of them switch within any step. The slope is
therefore measured by central differences with decreasing steps, and by one-sided differences of second order,
`(−3 f(0) + 4 f(h) − f(2h)) / 2h`, in case the other side has a kink. If none of them agrees, another direction is
drawn: it probably avoids the kink, whereas a wrong gradient is wrong along all directions.

The relative error and its floor are defined in `dlcli.autograd.gradcheck`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from dlcli.autograd.gradcheck import EPSILON, TOLERANCE, ParameterCheck, analytic_gradients, difference_floor
from dlcli.autograd.tensor import Tensor

#: number of directions after which an array fails
MAX_DIRECTIONS = 5
#: steps relative to epsilon; in small increments, since a step ten times smaller than one that crosses a kink may
#: already suffer from rounding
STEPS = (1, 0.3, 0.1, 0.03, 0.01)


def check_directions(
    loss: Callable[[], Tensor],
    parameters: Mapping[str, Tensor],
    *,
    generator: np.random.Generator,
    epsilon: float = EPSILON,
) -> list[ParameterCheck]:
    """Check the gradient of a scalar with respect to arrays along random directions; the arrays are restored.

    Args:
        loss: Function that computes the scalar; it must be deterministic, with fixed random draws.
        parameters: Leaves of type float64 to check, by name; their `grad` is restored.
        generator: Random generator of the directions.
        epsilon: Largest step, as a Euclidean distance.

    Returns:
        One check per array, without an index, for the direction with the smallest error.

    Raises:
        ValueError: An array is not float64, or `loss` is not deterministic.
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
    while drawn < MAX_DIRECTIONS and not best[2] < TOLERANCE:
        drawn += 1
        # normalized normal draws are uniform on the sphere: no direction is preferred
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
    """Yield difference quotients along a direction, central and one-sided, with decreasing steps."""
    before = array.copy()

    def at(offset: float) -> float:
        array[...] = before + offset * direction
        try:
            return objective()
        finally:
            array[...] = before

    for step in (epsilon * factor for factor in STEPS):
        left, right = at(-step), at(step)
        # Central, then each side, all of second order: with a kink on the right, the slope on the left is still exact.
        yield (right - left) / (2 * step)
        yield (-3 * value + 4 * right - at(2 * step)) / (2 * step)
        yield -(-3 * value + 4 * left - at(-2 * step)) / (2 * step)
