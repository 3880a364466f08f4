"""Analytic gradients against central differences, `(f(θ + ε) − f(θ − ε)) / 2ε`, one element at a time in float64.

**Relative error** of an element is `|a − n| / max(|a| + |n|, floor)` with `floor = 1e-4 · max(1, |f|)`. Differences
carry a noise of some 1e-11 · |f| from rounding, so that gradients far below 1e-4 · |f| have no digits to compare;
the floor measures them against 1e-4 · |f| instead. Nothing hides under it: at a tolerance of 1e-6, every element
that is wrong by more than 1e-10 · max(1, |f|) fails.

**Steps.** An element that disagrees at ε is tried again at 10 ε (less rounding), ε/10 and ε/100 (less curvature, and a
kink nearby is no longer stepped over), and the closest difference counts: a wrong gradient agrees at none of them.

**Kinks.** Where an element still disagrees, but the slopes to its left and right differ in a way that does not fade
with the step, and the analytic value lies between them, the function has a kink there (ReLU at 0) and no single
derivative. Such elements are counted in `kinks`, never dropped silently.
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
#: not a seed that samples use: along the input itself many gradients are 0 (batch_norm, softmax)
DIRECTION_SEED = 1_000_003


@dataclass(frozen=True)
class ParameterCheck:
    """The outcome for one array: its worst element, and how many were looked at.

    Args:
        parameter: name of the array.
        index: index of the element with the largest relative error; empty for a derivative along a direction.
        analytic: its gradient from the backward pass.
        numeric: its gradient from differences.
        relative_error: of that element; inf when a value is not finite.
        norm_relative_error: `‖a − n‖ / (‖a‖ + ‖n‖)` over the checked elements (the formula of the CS 230 notes), with
            the same floor.
        checked: elements compared, or directions.
        kinks: elements left out because the function has a kink there, or directions left for another one.
        size: elements in all.
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
        """Whether every compared element agrees."""
        return self.relative_error < tolerance


def check_function(name: str, *, epsilon: float = EPSILON) -> list[ParameterCheck]:
    """Check a registered Function on each of its samples, along a random direction of its result.

    Returns:
        one check for each differentiable input, called `<function>[<sample>].<input>`.

    Raises:
        ValueError: the Function declares no samples.
    """
    function = registry.lookup("function", name)
    if not (isinstance(function, type) and issubclass(function, Function)):
        raise TypeError(f"{name!r} is registered as a function, but is not a Function")
    samples = list(function.samples())
    if not samples:
        raise ValueError(f"function {name!r} declares no samples, so nothing checks its gradient")
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
    """Check the gradient of a scalar with respect to arrays, which are changed and put back element by element.

    Args:
        loss: computes the scalar; the same at every call, so random draws are held.
        parameters: the float64 leaves to check, by name; their `grad` is left as it was.
        epsilon: step of the differences.
        max_per_parameter: how many elements of each to check, drawn at random; None for all.
        generator: draws these elements; needed with `max_per_parameter`.

    Raises:
        ValueError: an array is not float64, or `loss` does not repeat itself.
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
            _chosen(parameter.size, max_per_parameter, generator),
        )
        for name, parameter in parameters.items()
    ]


def analytic_gradients(
    loss: Callable[[], Tensor], parameters: Mapping[str, Tensor]
) -> tuple[dict[str, np.ndarray], Callable[[], float], float]:
    """The gradients of a scalar by a backward pass, the scalar as a function of the arrays, and its value.

    Raises:
        ValueError: an array is not float64, or `loss` does not repeat itself.
    """
    for name, parameter in parameters.items():
        if parameter.dtype != np.float64:
            raise ValueError(f"{name} is {parameter.dtype}; differences need float64")
    # Checking must leave no trace: gradients of an optimizer's next step may be in there.
    kept = {name: parameter.grad for name, parameter in parameters.items()}
    for parameter in parameters.values():
        parameter.grad = None
    result = loss()
    result.backward()
    analytic = {
        name: np.zeros_like(parameter.data) if parameter.grad is None else parameter.grad
        for name, parameter in parameters.items()
    }
    for name, parameter in parameters.items():
        parameter.grad = kept[name]

    def objective() -> float:
        with no_grad():
            return loss().item()

    value = result.item()
    # Without this, a dropout mask that is drawn again would look like a wrong gradient.
    if math.isfinite(value) and objective() != value:
        raise ValueError("the loss differs from call to call: hold its random draws while checking gradients")
    return analytic, objective, value


def difference_floor(value: float) -> float:
    """What gradients are measured against at least, for a function of this value."""
    return 1e-4 * max(1.0, abs(value))


def _check_sample(function: type[Function], sample: Sample, label: str, epsilon: float) -> list[ParameterCheck]:
    """Compare the gradients of `Σ r · f(inputs)`, r random."""
    inputs = [None if array is None else np.array(array) for array in sample.inputs]
    leaves = [
        Tensor(array, requires_grad=True) if checked else array
        for array, checked in zip(inputs, sample.checked_inputs(), strict=True)
    ]
    result = function.apply(*leaves, **sample.options)
    # A random combination of all outputs: with ones, e.g. softmax would have a gradient of zero, and any backward that
    # returns zeros would pass.
    direction = np.random.default_rng(DIRECTION_SEED).standard_normal(result.shape)
    result.backward(direction)

    def objective() -> float:
        return float(np.vdot(direction, function.apply(*inputs, **sample.options).data))

    checks = []
    for position, (leaf, name) in enumerate(zip(leaves, _input_names(function, len(leaves)), strict=True)):
        if isinstance(leaf, Tensor):
            if leaf.grad is None:
                raise RuntimeError(f"{label}: no gradient came back for input {position}")
            every = range(leaf.size)
            checks.append(_check_array(f"{label}.{name}", leaf.data, leaf.grad, objective, objective(), epsilon, every))
    return checks


def _input_names(function: type[Function], count: int) -> list[str]:
    """What forward calls its array inputs."""
    names: list[str] = []
    for name, parameter in list(inspect.signature(function.forward).parameters.items())[1:]:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            names += [f"{name}[{position}]" for position in range(count - len(names))]
        elif parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            names.append(name)
    return names


def _chosen(size: int, limit: int | None, generator: np.random.Generator | None) -> range | list[int]:
    """Flat indices of the elements to check."""
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
    """Compare `analytic` with differences of `objective`, which reads `array`."""
    floor = difference_floor(value)
    numeric = np.zeros(len(elements))
    errors = np.zeros(len(elements))
    at_kink = np.zeros(len(elements), dtype=bool)
    for position, element in enumerate(elements):
        index = np.unravel_index(element, array.shape)
        slopes = _Slopes(array, index, objective, value)
        expected = float(analytic[index])
        numeric[position], errors[position] = _closest(slopes, expected, epsilon, floor)
        if not errors[position] < TOLERANCE:
            # Looked at only where they disagree: it costs four more evaluations.
            at_kink[position] = _is_kink(slopes, expected, epsilon / 10, floor)
    # A subgradient is right at a kink; which one is a convention and not an error.
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
        # error O(h²), instead of O(h) for a one-sided difference
        return (self._at(step) - self._at(-step)) / (2 * step)

    def sides(self, step: float) -> tuple[float, float]:
        """The slopes to the left and to the right."""
        return (self.value - self._at(-step)) / step, (self._at(step) - self.value) / step

    def _at(self, offset: float) -> float:
        before = self.array[self.index]
        self.array[self.index] = before + offset
        try:
            return self.objective()
        finally:
            self.array[self.index] = before


def _closest(slopes: _Slopes, analytic: float, epsilon: float, floor: float) -> tuple[float, float]:
    """The central difference that comes closest to `analytic`, and its relative error."""
    best = math.nan, math.inf
    # The truncation error falls with the step and the rounding error grows; which step is best depends on the curvature
    # and on the size of the value, so several are tried, the usual one first.
    for step in (epsilon, 10 * epsilon, epsilon / 10, epsilon / 100):
        numeric = slopes.central(step)
        error = abs(analytic - numeric) / max(abs(analytic) + abs(numeric), floor)
        if math.isnan(best[0]) or error < best[1]:
            best = numeric, error if math.isfinite(error) else math.inf
        if best[1] < TOLERANCE:
            break
    return best


def _is_kink(slopes: _Slopes, analytic: float, step: float, floor: float) -> bool:
    """Whether the one-sided slopes stay apart as the step shrinks, with `analytic` between them."""
    left, right = slopes.sides(step)
    wide_left, wide_right = slopes.sides(10 * step)
    jump = abs(right - left)
    # where the function is smooth the jump is proportional to the step: a tenth of the wide one
    stays = jump > 0.2 * abs(wide_right - wide_left) and jump > 1e-2 * floor
    return stays and min(left, right) - 1e-3 * jump <= analytic <= max(left, right) + 1e-3 * jump
