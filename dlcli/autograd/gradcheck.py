"""Gradient checking with central differences, `(f(θ + ε) − f(θ − ε)) / 2ε`, one element at a time in float64.

***Relative error.** The relative error of an element is `|a − n| / max(|a| + |n|, floor)` with
`floor = 1e-4 · max(1, |f|)`. Differences have a rounding error of about 1e-11 · |f|, so that gradients far below
1e-4 · |f| have no significant digits to compare; the floor measures them relative to 1e-4 · |f| instead. It hides no
errors: at a tolerance of 1e-6, every element that is wrong by more than 1e-10 · max(1, |f|) fails.

***Steps.** An element that disagrees at ε is checked again at 10 ε (less rounding), ε/10 and ε/100 (less curvature, and
the step no longer crosses a nearby kink). The closest difference counts: a wrong gradient agrees at none of the steps.

****Kinks.** If an element still disagrees, the slopes on its left and right differ by an amount that does not shrink
with the step, and the analytic value lies between them, then the function has a kink (such as ReLU at 0) and no
derivative there. Such elements are counted in `kinks`, never ignored silently.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from dlcli.autograd.function import Function
from dlcli.autograd.grad_mode import no_grad
from dlcli.autograd.sample import Sample
from dlcli.autograd.tensor import Tensor
from dlcli.core import registry

EPSILON = 1e-5
TOLERANCE = 1e-6
#: differs from the seeds of samples: along the input itself, many gradients are 0 (batch_norm, softmax)
DIRECTION_SEED = 1_000_003


@dataclass(frozen=True)
class ParameterCheck:
    """Result of the check of one array: its worst element, and the number of checked elements.

    Args:
        parameter: Name of the array.
        index: Index of the element with the largest relative error; empty for a derivative along a direction.
        analytic: Gradient of this element from the backward pass.
        numeric: Gradient of this element from differences.
        relative_error: Relative error of this element; inf if a value is not finite.
        norm_relative_error: Relative error `‖a − n‖ / (‖a‖ + ‖n‖)` over the checked elements (the formula of CS 230),
            with the same floor.
        checked: Number of compared elements, or of directions.
        kinks: Number of elements skipped because of a kink, or of directions replaced by another one.
        size: Number of elements of the array.
    """

    parameter: str
    index: tuple[int, ...]
    analytic: float
    numeric: float
    relative_error: float
    norm_relative_error: float
    checked: int
    kinks: int
    size: int

    def passed(self, tolerance: float = TOLERANCE) -> bool:
        """Return whether every compared element agrees."""
        return self.relative_error < tolerance


def check_function(name: str, *, epsilon: float = EPSILON) -> list[ParameterCheck]:
    """Check a registered Function on each of its samples, for a random linear combination of its outputs.

    Returns:
        One check for each differentiable input, named `<function>[<sample>].<input>`.

    Raises:
        ValueError: The Function declares no samples.
    """
    function = registry.lookup("function", name)
    if not (isinstance(function, type) and issubclass(function, Function)):
        raise TypeError(f"{name!r} is registered as a function, but is not a Function")
    samples = list(function.samples())
    if not samples:
        raise ValueError(f"function {name!r}: expected samples for its gradient check, got none")
    return [
        check
        for position, sample in enumerate(samples)
        for check in _check_sample(function, sample, f"{name}[{position}]", epsilon)
    ]


def check_parameters(
    loss: Callable[[], Tensor],
    parameters: Mapping[str, Tensor],
    *,
    epsilon: float = EPSILON,
    max_per_parameter: int | None = None,
    generator: np.random.Generator | None = None,
) -> list[ParameterCheck]:
    """Check the gradient of a scalar with respect to arrays, element by element; the arrays are restored.

    Args:
        loss: Function that computes the scalar; it must be deterministic, with fixed random draws.
        parameters: Leaves of type float64 to check, by name; their `grad` is restored.
        epsilon: Step of the differences.
        max_per_parameter: Maximum number of elements to check in each array, drawn at random; None means all.
        generator: Random generator of these elements; required with `max_per_parameter`.

    Raises:
        ValueError: An array is not float64, or `loss` is not deterministic.
    """
    analytic, objective, value = analytic_gradients(loss, parameters)
    return [
        _check_array(
            name,
            parameter.data,
            analytic[name],
            objective,
            value,
            epsilon,
            _select_elements(parameter.size, max_per_parameter, generator),
        )
        for name, parameter in parameters.items()
    ]


def analytic_gradients(
    loss: Callable[[], Tensor], parameters: Mapping[str, Tensor]
) -> tuple[dict[str, np.ndarray], Callable[[], float], float]:
    """Return the gradients of a scalar from a backward pass, the scalar as a function of the arrays, and its value.

    Raises:
        ValueError: An array is not float64, or `loss` is not deterministic.
    """
    for name, parameter in parameters.items():
        if parameter.dtype != np.float64:
            raise ValueError(f"expected float64 for differences, got {parameter.dtype} in {name}")
    # The check must have no side effects: these may be the gradients of an optimizer's next step.
    original = {name: parameter.grad for name, parameter in parameters.items()}
    for parameter in parameters.values():
        parameter.grad = None
    result = loss()
    result.backward()
    analytic = {
        name: np.zeros_like(parameter.data) if parameter.grad is None else parameter.grad
        for name, parameter in parameters.items()
    }
    for name, parameter in parameters.items():
        parameter.grad = original[name]

    def objective() -> float:
        with no_grad():
            return loss().item()

    value = result.item()
    # Otherwise a dropout mask that is drawn again would look like a wrong gradient.
    if math.isfinite(value) and objective() != value:
        raise ValueError("the loss is not deterministic: fix its random draws while checking gradients")
    return analytic, objective, value


def difference_floor(value: float) -> float:
    """Return the floor of the relative error's denominator for a function of this value."""
    return 1e-4 * max(1.0, abs(value))


def _check_sample(function: type[Function], sample: Sample, label: str, epsilon: float) -> list[ParameterCheck]:
    """Compare the gradients of `Σ r · f(inputs)` for random r."""
    inputs = [None if array is None else np.array(array) for array in sample.inputs]
    leaves = [
        Tensor(array, requires_grad=True) if checked else array
        for array, checked in zip(inputs, sample.checked_inputs(), strict=True)
    ]
    result = function.apply(*leaves, **sample.options)
    # A random combination of all outputs: with r = 1, softmax would have a gradient of zero, and a backward that
    # returns zeros would pass.
    direction = np.random.default_rng(DIRECTION_SEED).standard_normal(result.shape)
    result.backward(direction)

    def objective() -> float:
        return float(np.vdot(direction, function.apply(*inputs, **sample.options).data))

    checks = []
    for position, (leaf, name) in enumerate(zip(leaves, _input_names(function, len(leaves)), strict=True)):
        if isinstance(leaf, Tensor):
            if leaf.grad is None:
                raise RuntimeError(f"{label}: expected a gradient of input {position}, got none")
            elements = range(leaf.size)
            checks.append(
                _check_array(f"{label}.{name}", leaf.data, leaf.grad, objective, objective(), epsilon, elements)
            )
    return checks


def _input_names(function: type[Function], count: int) -> list[str]:
    """Return the names of forward's array inputs."""
    names: list[str] = []
    for name, parameter in list(inspect.signature(function.forward).parameters.items())[1:]:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            names += [f"{name}[{position}]" for position in range(count - len(names))]
        elif parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            names.append(name)
    return names


def _select_elements(size: int, limit: int | None, generator: np.random.Generator | None) -> range | list[int]:
    """Return the flat indices of the elements to check."""
    if limit is None or size <= limit:
        return range(size)
    if generator is None:
        raise ValueError("checking only some elements needs a generator to draw them")
    return sorted(generator.choice(size, limit, replace=False).tolist())


def _check_array(
    name: str,
    array: np.ndarray,
    analytic: np.ndarray,
    objective: Callable[[], float],
    value: float,
    epsilon: float,
    elements: range | list[int],
) -> ParameterCheck:
    """Compare `analytic` with differences of `objective`, a function of `array`."""
    floor = difference_floor(value)
    numeric = np.zeros(len(elements))
    errors = np.zeros(len(elements))
    at_kink = np.zeros(len(elements), dtype=bool)
    for position, element in enumerate(elements):
        index = np.unravel_index(element, array.shape)
        slopes = _Slopes(array, index, objective, value)
        expected = float(analytic[index])
        numeric[position], errors[position] = _closest_slope(slopes, expected, epsilon, floor)
        if not errors[position] < TOLERANCE:
            # Only if they disagree, because it costs four more evaluations.
            at_kink[position] = _is_kink(slopes, expected, epsilon / 10, floor)
    # Any subgradient is correct at a kink; which one is a convention.
    errors[at_kink] = 0
    worst = int(np.argmax(errors)) if len(elements) else 0
    compared = np.array(elements, dtype=int)[~at_kink]
    difference = float(np.linalg.norm(analytic.ravel()[compared] - numeric[~at_kink]))
    norms = float(np.linalg.norm(analytic.ravel()[compared]) + np.linalg.norm(numeric[~at_kink]))
    index = np.unravel_index(elements[worst], array.shape) if len(elements) else ()
    return ParameterCheck(
        parameter=name,
        index=tuple(int(part) for part in index),
        analytic=float(analytic[index]) if len(elements) else 0.0,
        numeric=float(numeric[worst]) if len(elements) else 0.0,
        relative_error=float(errors[worst]) if len(elements) else 0.0,
        norm_relative_error=difference / max(norms, floor),
        checked=len(compared),
        kinks=int(at_kink.sum()),
        size=array.size,
    )


class _Slopes:
    """Difference quotients of an objective along one element of an array."""

    def __init__(
        self, array: np.ndarray, index: tuple[np.intp, ...], objective: Callable[[], float], value: float
    ) -> None:
        self.array = array
        self.index = index
        self.objective = objective
        self.value = value

    def central(self, step: float) -> float:
        # error O(h²), compared with O(h) of a one-sided difference
        return (self._at(step) - self._at(-step)) / (2 * step)

    def one_sided(self, step: float) -> tuple[float, float]:
        """Return the slopes on the left and on the right."""
        return (self.value - self._at(-step)) / step, (self._at(step) - self.value) / step

    def _at(self, offset: float) -> float:
        before = self.array[self.index]
        self.array[self.index] = before + offset
        try:
            return self.objective()
        finally:
            self.array[self.index] = before


def _closest_slope(slopes: _Slopes, analytic: float, epsilon: float, floor: float) -> tuple[float, float]:
    """Return the central difference that is closest to `analytic`, and its relative error."""
    best = math.nan, math.inf
    # With a smaller step, the truncation error falls and the rounding error grows; the best step depends on the
    # curvature and on the magnitude of the value, so several are tried, the usual one first.
    for step in (epsilon, 10 * epsilon, epsilon / 10, epsilon / 100):
        numeric = slopes.central(step)
        error = abs(analytic - numeric) / max(abs(analytic) + abs(numeric), floor)
        if math.isnan(best[0]) or error < best[1]:
            best = numeric, error if math.isfinite(error) else math.inf
        if best[1] < TOLERANCE:
            break
    return best


def _is_kink(slopes: _Slopes, analytic: float, step: float, floor: float) -> bool:
    """Return whether the one-sided slopes stay different as the step shrinks, with `analytic` between them."""
    left, right = slopes.one_sided(step)
    wide_left, wide_right = slopes.one_sided(10 * step)
    jump = abs(right - left)
    # if the function is smooth, the jump is proportional to the step: a tenth of the wide one
    persists = jump > 0.2 * abs(wide_right - wide_left) and jump > 1e-2 * floor
    return persists and min(left, right) - 1e-3 * jump <= analytic <= max(left, right) + 1e-3 * jump
