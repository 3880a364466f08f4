"""Check, before any training, that the trials of a sweep have valid configs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dlcli.assembly import locate_errors
from dlcli.core import ConfigError, InvalidConfigError, dumps, rng
from dlcli.search import Space
from dlcli.sweeps.assembly.components import build_pruning, build_search, build_space
from dlcli.sweeps.config import SweepSpec

#: Number of random points to check, in addition to the bounds of every parameter.
POINTS = 100


def check_sweep(spec: SweepSpec) -> None:
    """Build all parts of a sweep without training.

    Raises:
        ConfigError: Something is invalid; the error has its line.
    """
    space = build_space(spec)
    with locate_errors(spec):
        build_search(spec).check(space)
    build_pruning(spec)
    check_space(spec, space)


def check_space(spec: SweepSpec, space: Space) -> None:
    """Check the configs of trials at the bounds of each parameter and at random points.

    Raises:
        InvalidConfigError: There are mistakes; each is reported once, at the line of the parameter that causes it.
    """
    problems: dict[tuple[Any, ...], ConfigError] = {}
    with locate_errors(spec):
        for values in _points(space):
            try:
                spec.trial_spec(values)
            except InvalidConfigError as error:
                for problem in error.problems:
                    if _signature(problem) not in problems:
                        problems[_signature(problem)] = _at_parameter(problem, spec, space.config_values(values))
    if problems:
        raise InvalidConfigError(list(problems.values()))


def _points(space: Space) -> Iterator[dict[str, Any]]:
    """Yield points at the bounds of each parameter, then random points."""
    generator = rng.generator(0, "check a space")
    names = [parameter.name for parameter in space.drawn]
    normalized = [dict(zip(names, generator.random(len(names)).tolist(), strict=True)) for _ in range(POINTS)]
    points = [space.point(one) for one in normalized]
    for parameter in space.drawn:
        assert parameter.distribution is not None
        active = [one for one, point in zip(normalized, points, strict=True) if parameter.name in point]
        for bound in parameter.distribution.bounds() if active else ():
            yield space.point(active[0] | {parameter.name: parameter.distribution.normalize(bound)})
    yield from points


def _at_parameter(problem: ConfigError, spec: SweepSpec, values: Mapping[str, Any]) -> ConfigError:
    """Return a mistake located in the base at the parameter that causes it alone, otherwise at the space."""
    if problem.file != str(spec.base_file):
        return problem
    name = next((name for name, value in values.items() if _causes(problem, spec, {name: value})), None)
    place = spec.locate("space" if name is None else f"space.{name}") | {"key": problem.key}
    where = ", ".join(f"{one} is {dumps(value)}" for one, value in values.items() if name in (one, None))
    message = f"{problem.message} ({problem.file}:{problem.line}, where {where})"
    return ConfigError(message, code=problem.code, **place)


def _causes(problem: ConfigError, spec: SweepSpec, values: Mapping[str, Any]) -> bool:
    """Return whether these values alone lead to the same mistake."""
    try:
        spec.trial_spec(values)
    except InvalidConfigError as error:
        return _signature(problem) in map(_signature, error.problems)
    return False


def _signature(problem: ConfigError) -> tuple[Any, ...]:
    """Return a key that is equal for mistakes that differ only in a sampled number."""
    return (
        problem.file,
        problem.line,
        problem.column,
        problem.key,
        re.sub(r"[-+.\d]+(e[-+]?\d+)?", "…", problem.message),
    )
