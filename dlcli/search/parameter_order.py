"""Checks that the parameters of a space are consistent, made before any training, and their order of evaluation."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dlcli.core import dumps, rng, unknown_name

if TYPE_CHECKING:
    from dlcli.search.space import Parameter, Space

#: Minimum number of points to probe.
MIN_POINTS = 500
#: Maximum number of points to probe while some condition has not held at any.
MAX_POINTS = 10_000
#: Maximum number of values that a message lists.
MAX_LISTED = 10


def check_names(parameters: Sequence[Parameter]) -> None:
    """Refuse duplicate, unknown and unused names.

    Raises:
        ConfigError: A name is duplicate, unknown or unused; the key is `space.<name>`.
    """
    names = [parameter.name for parameter in parameters]
    used = {name for parameter in parameters for name in parameter.needs}
    for parameter in parameters:
        if names.count(parameter.name) > 1:
            raise parameter.error("duplicate parameter", "duplicate_name")
        for source in (parameter.expression, parameter.condition):
            for name in sorted(source.names - set(names) if source else ()):
                unknown = unknown_name("parameter", name, {*names} - {parameter.name})
                raise parameter.error(f"{source}: {name}: {unknown}", "unknown_name")
        if parameter.is_auxiliary and parameter.name not in used:
            message = "expected a key of the config or a name that an expression or condition uses"
            raise parameter.error(message, "unknown_key")


def sort_by_dependency(parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """Return the parameters in an order in which each follows those it needs; otherwise the order is kept.

    Raises:
        ConfigError: Parameters depend on each other.
    """
    remaining = {parameter.name: parameter for parameter in parameters}
    ordered: list[Parameter] = []
    while remaining:
        parameter = next((one for one in remaining.values() if remaining.keys().isdisjoint(one.needs)), None)
        if parameter is None:
            cycle = _find_cycle(remaining)
            raise remaining[cycle[0]].error(f"depends on itself: {' → '.join(cycle)}")
        ordered.append(remaining.pop(parameter.name))
    return tuple(ordered)


def _find_cycle(parameters: dict[str, Parameter]) -> list[str]:
    """Return a cycle of dependencies; it exists because each of the parameters needs another of them."""
    path = [next(iter(parameters))]
    while path[-1] not in path[:-1]:
        path.append(min(parameters[path[-1]].needs & parameters.keys()))
    return path[path.index(path[-1]) :]


def probe(space: Space) -> None:
    """Evaluate a space at random points, at its corners, and on both sides of the thresholds of its conditions.

    Raises:
        ConfigError: A condition never holds, or an expression cannot be evaluated at one of the points.
    """
    examples: dict[str, dict[str, Any]] = {parameter.name: {} for parameter in space.parameters}
    for count, normalized in enumerate(_points(space)):
        if count >= MIN_POINTS and all(examples.values()):
            return
        for name, value in space.point(normalized).items():
            if len(examples[name]) <= MAX_LISTED:
                examples[name].setdefault(dumps(value), value)
    for parameter in space.parameters:
        if not examples[parameter.name] and parameter.condition:
            values = "; ".join(
                f"{name} is {_format_values(space, name, examples[name])}" for name in sorted(parameter.condition.names)
            )
            raise parameter.error(f"the condition {parameter.condition} never holds: {values}")


def _points(space: Space) -> Iterator[dict[str, float]]:
    """Yield the lowest and highest point, then alternately one near thresholds of conditions and a random one."""
    literals: dict[str, list[Any]] = {}
    for condition in (parameter.condition for parameter in space.parameters):
        for name, values in condition.literals.items() if condition else ():
            literals.setdefault(name, []).extend(values)
    landmarks = {one.name: _landmarks(one, literals.get(one.name, ())) for one in space.drawn}
    yield dict.fromkeys(landmarks, 0.0)
    yield dict.fromkeys(landmarks, 1.0)
    generator = rng.generator(0, "try out a space")
    for _ in range(MAX_POINTS // 2):
        draws = generator.random((2, len(landmarks))).tolist()
        yield {
            name: coordinates[int(u * len(coordinates))]
            for (name, coordinates), u in zip(landmarks.items(), draws[0], strict=True)
        }
        yield dict(zip(landmarks, draws[1], strict=True))


def _landmarks(parameter: Parameter, literals: Iterable[Any]) -> list[float]:
    """Return coordinates on, below and above every literal that a condition compares the parameter with."""
    distribution = parameter.distribution
    assert distribution is not None
    if not distribution.is_ordered:
        return [distribution.normalize(value) for value in distribution.bounds()]
    numbers = [value for value in literals if isinstance(value, int | float)]
    cuts = sorted({0.0, 1.0, *map(distribution.normalize, numbers)})
    return [*cuts, *((low + high) / 2 for low, high in itertools.pairwise(cuts))]


def _format_values(space: Space, name: str, examples: dict[str, Any]) -> str:
    """Format the values that a parameter can take, for a message."""
    distribution = next(one.distribution for one in space.parameters if one.name == name)
    if distribution is not None and distribution.is_ordered:
        low, high = distribution.bounds()
        return f"from {low} to {high}"
    return ", ".join(list(examples)[:MAX_LISTED]) + (", …" if len(examples) > MAX_LISTED else "")
