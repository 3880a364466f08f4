"""Whether the parameters of a space fit together: found out before anything is trained."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dlcli.core import dumps, rng, unknown_name

if TYPE_CHECKING:
    from dlcli.search.space import Parameter, Space

#: so many points are looked at in any case
POINTS = 500
#: and so many at most while a condition has held at none
MOST_POINTS = 10_000
#: more values than this are not listed in a message
LISTED = 10


def check_names(parameters: Sequence[Parameter]) -> None:
    """Refuse names that are there twice, are unknown, or are of no use.

    Raises:
        ConfigError: with the key `space.<name>`.
    """
    names = [parameter.name for parameter in parameters]
    used = {name for parameter in parameters for name in parameter.needs}
    for parameter in parameters:
        if names.count(parameter.name) > 1:
            raise parameter.error("is there twice")
        for source in (parameter.expression, parameter.condition):
            for name in sorted(source.names - set(names) if source else ()):
                raise parameter.error(
                    f"{source}: {name}: {unknown_name('parameter', name, {*names} - {parameter.name})}"
                )
        if parameter.is_auxiliary and parameter.name not in used:
            raise parameter.error("is no key of a config, and no expression or condition uses it")


def ordered(parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """The parameters, each after those it needs; otherwise as they come.

    Raises:
        ConfigError: some of them need each other.
    """
    waiting = {parameter.name: parameter for parameter in parameters}
    done: list[Parameter] = []
    while waiting:
        ready = next((one for one in waiting.values() if waiting.keys().isdisjoint(one.needs)), None)
        if ready is None:
            circle = _circle(waiting)
            raise waiting[circle[0]].error(f"depends on itself: {' → '.join(circle)}")
        done.append(waiting.pop(ready.name))
    return tuple(done)


def _circle(waiting: dict[str, Parameter]) -> list[str]:
    """A way from a parameter through what it needs back to itself; there is one, as each needs another of them."""
    way = [next(iter(waiting))]
    while way[-1] not in way[:-1]:
        way.append(min(waiting[way[-1]].needs & waiting.keys()))
    return way[way.index(way[-1]) :]


def try_out(space: Space) -> None:
    """Look at points everywhere in a space, at its corners, and where conditions change.

    Raises:
        ConfigError: a condition never holds, or an expression has no value at one of the points.
    """
    seen: dict[str, dict[str, Any]] = {parameter.name: {} for parameter in space.parameters}
    for count, normalized in enumerate(_points(space)):
        if count >= POINTS and all(seen.values()):
            return
        for name, value in space.point(normalized).items():
            if len(seen[name]) <= LISTED:
                seen[name].setdefault(dumps(value), value)
    for parameter in space.parameters:
        if not seen[parameter.name] and parameter.condition:
            found = "; ".join(
                f"{name} is {_listed_names(space, name, seen[name])}" for name in sorted(parameter.condition.names)
            )
            raise parameter.error(f"the condition {parameter.condition} never holds: {found}")


def _points(space: Space) -> Iterator[dict[str, float]]:
    """By turns a point where conditions change and one anywhere, after the lowest and the highest."""
    literals: dict[str, list[Any]] = {}
    for condition in (parameter.condition for parameter in space.parameters):
        for name, values in condition.literals.items() if condition else ():
            literals.setdefault(name, []).extend(values)
    landmarks = {one.name: _landmarks(one, literals.get(one.name, ())) for one in space.drawn}
    yield dict.fromkeys(landmarks, 0.0)
    yield dict.fromkeys(landmarks, 1.0)
    generator = rng.generator(0, "try out a space")
    for _ in range(MOST_POINTS // 2):
        numbers = generator.random((2, len(landmarks))).tolist()
        yield {name: of[int(u * len(of))] for (name, of), u in zip(landmarks.items(), numbers[0], strict=True)}
        yield dict(zip(landmarks, numbers[1], strict=True))


def _landmarks(parameter: Parameter, literals: Iterable[Any]) -> list[float]:
    """Positions of which one is on each side of everything that a condition compares the parameter with."""
    distribution = parameter.distribution
    assert distribution is not None
    if not distribution.is_ordered:
        return [distribution.normalize(value) for value in distribution.bounds()]
    numbers = [value for value in literals if isinstance(value, int | float)]
    cuts = sorted({0.0, 1.0, *map(distribution.normalize, numbers)})
    return [*cuts, *((low + high) / 2 for low, high in itertools.pairwise(cuts))]


def _listed_names(space: Space, name: str, seen: dict[str, Any]) -> str:
    """What a parameter can be, in words."""
    distribution = next(one.distribution for one in space.parameters if one.name == name)
    if distribution is not None and distribution.is_ordered:
        low, high = distribution.bounds()
        return f"from {low} to {high}"
    return ", ".join(list(seen)[:LISTED]) + (", …" if len(seen) > LISTED else "")
