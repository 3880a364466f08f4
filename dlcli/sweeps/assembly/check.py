"""Whether every trial of a sweep has a config that can be: found out before anything is trained."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dlcli.assembly import located
from dlcli.core import ConfigError, InvalidConfigError, dumps, rng
from dlcli.search import Space
from dlcli.sweeps.assembly.components import build_pruning, build_search, build_space
from dlcli.sweeps.config import SweepSpec

#: so many points of the space are looked at, besides the ends of every parameter
POINTS = 100


def check_sweep(spec: SweepSpec) -> None:
    """Make everything that a sweep is made of, but train nothing.

    Raises:
        ConfigError: with what is wrong, at its line.
    """
    space = build_space(spec)
    with located(spec):
        build_search(spec).check(space)
    build_pruning(spec)
    check_space(spec, space)


def check_space(spec: SweepSpec, space: Space) -> None:
    """Load the configs of trials all over the space, those with the ends of each parameter among them.

    Raises:
        InvalidConfigError: with every mistake once, at the line of the parameter that makes it.
    """
    found: dict[tuple[Any, ...], ConfigError] = {}
    with located(spec):
        for values in _points(space):
            try:
                spec.trial_spec(values)
            except InvalidConfigError as error:
                for problem in error.problems:
                    if _sameness(problem) not in found:
                        found[_sameness(problem)] = _at_parameter(problem, spec, space.config_values(values))
    if found:
        raise InvalidConfigError(list(found.values()))


def _points(space: Space) -> Iterator[dict[str, Any]]:
    """Points at the ends of each parameter, then points everywhere."""
    generator = rng.generator(0, "check a space")
    names = [parameter.name for parameter in space.drawn]
    normalized = [dict(zip(names, generator.random(len(names)).tolist(), strict=True)) for _ in range(POINTS)]
    points = [space.point(one) for one in normalized]
    for parameter in space.drawn:
        assert parameter.distribution is not None
        there = [one for one, point in zip(normalized, points, strict=True) if parameter.name in point]
        for end in parameter.distribution.bounds() if there else ():
            yield space.point(there[0] | {parameter.name: parameter.distribution.normalize(end)})
    yield from points


def _at_parameter(problem: ConfigError, spec: SweepSpec, values: Mapping[str, Any]) -> ConfigError:
    """A mistake that parameters make in what the base has, at the parameter that makes it alone; else at the space."""
    if problem.file != str(spec.base_file):
        return problem
    name = next((name for name, value in values.items() if _makes(problem, spec, {name: value})), None)
    place = spec.locate("space" if name is None else f"space.{name}") | {"key": problem.key}
    where = ", ".join(f"{one} is {dumps(value)}" for one, value in values.items() if name in (one, None))
    return ConfigError(f"{problem.message} ({problem.file}:{problem.line}, where {where})", **place)


def _makes(problem: ConfigError, spec: SweepSpec, values: Mapping[str, Any]) -> bool:
    try:
        spec.trial_spec(values)
    except InvalidConfigError as error:
        return _sameness(problem) in map(_sameness, error.problems)
    return False


def _sameness(problem: ConfigError) -> tuple[Any, ...]:
    """The same for mistakes that differ only in a number that was drawn."""
    return (
        problem.file,
        problem.line,
        problem.column,
        problem.key,
        re.sub(r"[-+.\d]+(e[-+]?\d+)?", "…", problem.message),
    )
