"""Construction of the space, the search and the pruning rule of a sweep."""

from __future__ import annotations

from dlcli.assembly import create, locate_errors
from dlcli.core import ConfigError, InvalidConfigError
from dlcli.search import Distribution, Parameter, Pruning, Search, Space
from dlcli.spec import Spec
from dlcli.sweeps.config import ParameterSpec, SweepSpec, is_auxiliary


def build_space(spec: SweepSpec) -> Space:
    """Build the search space.

    Raises:
        ConfigError: Parameters are invalid; each error has its line in the sweep file.
    """
    parameters: list[Parameter] = []
    problems: list[ConfigError] = []
    for name, parameter in spec.space.items():
        try:
            distribution = _build_distribution(spec, name, parameter)
            parameters.append(
                Parameter(name, distribution, parameter.expression, parameter.condition, is_auxiliary(name))
            )
        except ConfigError as problem:
            problems.append(problem)
    if problems:
        raise InvalidConfigError(problems)
    with locate_errors(spec):
        return Space(parameters)


def central_spec(spec: SweepSpec) -> Spec:
    """Return the config of the trial at the center of the space."""
    space = build_space(spec)
    return spec.trial_spec(space.point({parameter.name: 0.5 for parameter in space.drawn}))


def _build_distribution(spec: SweepSpec, name: str, parameter: ParameterSpec) -> Distribution | None:
    if parameter.distribution is None:
        return None
    try:
        distribution: Distribution = create(parameter.distribution, at="")
    except ConfigError as error:
        raise ConfigError(error.message, code=error.code, **spec.locate_option(name, error.key or "")) from None
    return distribution


def build_search(spec: SweepSpec) -> Search:
    """Build the search.

    Raises:
        ConfigError: An option is invalid, or a package is missing.
    """
    with locate_errors(spec):
        search: Search = create(spec.search, at="search")
    return search


def build_pruning(spec: SweepSpec) -> Pruning | None:
    """Build the pruning rule; None if there is none.

    Raises:
        ConfigError: An option is invalid.
    """
    component = spec.execution.pruning
    if component is None:
        return None
    with locate_errors(spec):
        pruning: Pruning = create(component, at="execution.pruning")
    return pruning
