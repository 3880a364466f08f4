"""Between trials and Optuna: what it is told, what it is asked for, and that it keeps quiet meanwhile."""

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


class Answers(dict[str, float]):
    """The unit positions that a trial of Optuna suggests, each when a space asks for it: never for inactive ones."""

    def __init__(self, space: Space, trial: optuna.Trial) -> None:
        super().__init__()
        self.parameters = {parameter.name: parameter for parameter in space.drawn}
        self.trial = trial

    def __missing__(self, name: str) -> float:
        import optuna

        parameter = self.parameters[name]
        asked = asked_of(parameter)
        if isinstance(asked, optuna.distributions.FloatDistribution):
            return float(self.trial.suggest_float(name, asked.low, asked.high))
        if isinstance(asked, optuna.distributions.IntDistribution):
            return _distribution(parameter).normalize(
                self.trial.suggest_int(name, asked.low, asked.high, log=asked.log)
            )
        cells = len(asked.choices)
        return (int(self.trial.suggest_categorical(name, range(cells))) + 0.5) / cells


def _distribution(parameter: Parameter) -> Distribution:
    assert parameter.distribution is not None
    return parameter.distribution


def asked_of(parameter: Parameter) -> Any:
    """A parameter as Optuna's distribution.

    A continuous one is asked for on its own scale, as a unit position, an integer as it is, a choice as an index.
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    distribution = _distribution(parameter)
    if not distribution.is_ordered:
        return CategoricalDistribution(range(distribution.cells or 1))
    if distribution.cells is None:
        return FloatDistribution(0.0, 1.0)
    low, high = distribution.bounds()
    return IntDistribution(low, high, log=isinstance(distribution, IntLogUniform))


def params_of(space: Space, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a trial as Optuna would have suggested them."""
    params: dict[str, Any] = {}
    for name, coordinate in space.normalized(values).items():
        distribution = next(_distribution(one) for one in space.drawn if one.name == name)
        if not distribution.is_ordered:
            params[name] = int(coordinate * (distribution.cells or 1))
        else:
            params[name] = coordinate if distribution.cells is None else values[name]
    return params


class Outcome:
    """What Optuna is told of a trial.

    Args:
        trial: one that has ended.
        objective: what is looked for.
        worst: the largest cost of all trials.
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


def outcomes_of(trials: Sequence[Trial], objective: Objective) -> list[Outcome]:
    done = [objective.cost(it.value) for it in trials if it.status == "done" and it.value is not None]
    return [Outcome(trial, objective, max(done, default=0.0)) for trial in trials]


def require(package: str, source: str, search: str) -> ModuleType:
    """A package that is installed on demand.

    Raises:
        ConfigError: it is not installed.
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
def quiet() -> Iterator[None]:
    """Nothing on the streams from Optuna: neither logs nor warnings about what is experimental in it."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    try:
        with _without_warnings():
            yield
    finally:
        optuna.logging.set_verbosity(before)
