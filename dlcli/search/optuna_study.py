"""Conversion between trials and Optuna's, without Optuna's output."""

from __future__ import annotations

import contextlib
import importlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dlcli.core import ConfigError
from dlcli.search.distributions import Distribution, IntLogUniform
from dlcli.search.objective import Objective
from dlcli.search.space import Parameter, Space
from dlcli.search.trial import Trial

if TYPE_CHECKING:
    import optuna


class SuggestedPoint(dict[str, float]):
    """Normalized coordinates suggested by a trial of Optuna, on first access; never accessed for inactive parameters.

    Args:
        space: Space of the sweep.
        trial: Trial of Optuna.
    """

    def __init__(self, space: Space, trial: optuna.Trial) -> None:
        super().__init__()
        self.parameters = {parameter.name: parameter for parameter in space.drawn}
        self.trial = trial

    def __missing__(self, name: str) -> float:
        import optuna

        parameter = self.parameters[name]
        distribution = optuna_distribution(parameter)
        if isinstance(distribution, optuna.distributions.FloatDistribution):
            return float(self.trial.suggest_float(name, distribution.low, distribution.high))
        if isinstance(distribution, optuna.distributions.IntDistribution):
            value = self.trial.suggest_int(name, distribution.low, distribution.high, log=distribution.log)
            return _distribution(parameter).normalize(value)
        cells = len(distribution.choices)
        return (int(self.trial.suggest_categorical(name, range(cells))) + 0.5) / cells


def _distribution(parameter: Parameter) -> Distribution:
    assert parameter.distribution is not None
    return parameter.distribution


def optuna_distribution(parameter: Parameter) -> Any:
    """Return the distribution of a parameter for Optuna.

    A continuous parameter is represented by its normalized coordinate, an integer by itself, a choice by its index.
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    distribution = _distribution(parameter)
    if not distribution.is_ordered:
        return CategoricalDistribution(range(distribution.cells or 1))
    if distribution.cells is None:
        return FloatDistribution(0.0, 1.0)
    low, high = distribution.bounds()
    return IntDistribution(low, high, log=isinstance(distribution, IntLogUniform))


def optuna_params(space: Space, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a trial in the representation of `optuna_distribution`."""
    params: dict[str, Any] = {}
    for name, coordinate in space.normalized(values).items():
        distribution = next(_distribution(one) for one in space.drawn if one.name == name)
        if not distribution.is_ordered:
            params[name] = int(coordinate * (distribution.cells or 1))
        else:
            params[name] = coordinate if distribution.cells is None else values[name]
    return params


class Outcome:
    """Outcome of a trial in the terms of Optuna: its state, its cost and its costs by epoch.

    Args:
        trial: Trial that has ended.
        objective: Objective of the sweep.
        worst: Largest cost of all trials, which stands for a violated constraint.
    """

    def __init__(self, trial: Trial, objective: Objective, worst: float) -> None:
        from optuna.trial import TrialState

        self.trial = trial
        self.state = TrialState.FAIL
        self.cost: float | None = None
        self.costs: dict[int, float] = {}
        if trial.status == "done" and trial.value is not None:
            self.state = TrialState.COMPLETE
            self.cost = worst if trial.violated else objective.cost(trial.value)
        elif trial.status == "pruned" and trial.history:
            self.state = TrialState.PRUNED
            self.costs = {epoch: objective.cost(value) for epoch, value in enumerate(trial.history, 1)}


def to_outcomes(trials: Sequence[Trial], objective: Objective) -> list[Outcome]:
    """Return the outcomes of trials that have ended."""
    done = [objective.cost(it.value) for it in trials if it.status == "done" and it.value is not None]
    return [Outcome(trial, objective, max(done, default=0.0)) for trial in trials]


def require_package(package: str, source: str, search: str) -> ModuleType:
    """Import an optional package.

    Args:
        package: Name of the module.
        source: Requirement to install with pip.
        search: Name of the search that needs it.

    Raises:
        ConfigError: The package is not installed.
    """
    try:
        with _without_warnings():
            return importlib.import_module(package)
    except ImportError:
        raise ConfigError(
            f"{search} needs {package}: pip install '{source}'", code="missing_package", key="search"
        ) from None


@contextlib.contextmanager
def _without_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def silence_optuna() -> Iterator[None]:
    """Suppress Optuna's logs and its warnings about experimental features."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    try:
        with _without_warnings():
            yield
    finally:
        optuna.logging.set_verbosity(before)
