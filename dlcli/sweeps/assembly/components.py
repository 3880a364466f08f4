"""The space, the search and the pruning of a sweep."""

from __future__ import annotations

from dlcli.assembly import create, located
from dlcli.core import ConfigError, InvalidConfigError
from dlcli.search import Distribution, Parameter, Pruning, Search, Space
from dlcli.spec import Spec
from dlcli.sweeps.config import ParameterSpec, SweepSpec, is_auxiliary


def build_space(spec: SweepSpec) -> Space:
    """What is searched.

    Raises:
        ConfigError: parameters that cannot be, each at its line of the sweep file.
    """
    parameters: list[Parameter] = []
    problems: list[ConfigError] = []
    for name, written in spec.space.items():
        try:
            drawn = _distribution(spec, name, written)
            parameters.append(Parameter(name, drawn, written.expression, written.condition, is_auxiliary(name)))
        except ConfigError as problem:
            problems.append(problem)
    if problems:
        raise InvalidConfigError(problems)
    with located(spec):
        return Space(parameters)


def central_spec(spec: SweepSpec) -> Spec:
    """The config of the trial in the center of the space."""
    space = build_space(spec)
    return spec.trial_spec(space.point({parameter.name: 0.5 for parameter in space.drawn}))


def _distribution(spec: SweepSpec, name: str, written: ParameterSpec) -> Distribution | None:
    if written.distribution is None:
        return None
    try:
        distribution: Distribution = create(written.distribution, at="")
    except ConfigError as error:
        raise ConfigError(error.message, code=error.code, **spec.locate_option(name, error.key or "")) from None
    return distribution


def build_search(spec: SweepSpec) -> Search:
    """What proposes the trials.

    Raises:
        ConfigError: options that cannot be, or a package that is missing.
    """
    with located(spec):
        search: Search = create(spec.search, at="search")
    return search


def build_pruning(spec: SweepSpec) -> Pruning | None:
    """What ends trials early; None for nothing.

    Raises:
        ConfigError: options that cannot be.
    """
    component = spec.execution.pruning
    if component is None:
        return None
    with located(spec):
        pruning: Pruning = create(component, at="execution.pruning")
    return pruning
