"""Searches with Optuna: improvement, unsupported spaces, missing packages and suppressed output."""

from __future__ import annotations

import logging
import math
import sys
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from dlcli.core import Condition, ConfigError, Direction
from dlcli.search import (
    CMAES,
    TPE,
    Choice,
    GaussianProcess,
    IntLogUniform,
    IntUniform,
    LogUniform,
    Objective,
    Parameter,
    Search,
    Space,
    Trial,
    Uniform,
)
from dlcli.search.optuna_search import OptunaSearch

optuna = pytest.importorskip("optuna")
pytest.importorskip("cmaes")

ERROR = Objective("dev/error", direction=Direction.MINIMIZE)
NUMBERS = (
    Parameter("rate", LogUniform(low=1e-4, high=1.0)),
    Parameter("width", IntLogUniform(low=16, high=256)),
    Parameter("useless", Uniform(low=1.0, high=3.0)),
)
NAME = Parameter("name", Choice(values=["sgd", "adam"]))
BETA = Parameter("beta", Uniform(low=0.8, high=0.99), condition=Condition.parse("name == adam"))


def valley(values: Mapping[str, Any]) -> float:
    return 0.1 * (math.log10(values["rate"]) + 2) ** 2 + 0.01 * (8 - math.log2(values["width"]))


def run_sweep(
    search: Search, space: Space, *, seed: int, budget: int = 60, objective: Objective = ERROR
) -> list[Trial]:
    trials: list[Trial] = []
    while proposals := search.propose(space, trials, objective, seed=seed, budget=budget):
        trials += [
            Trial(
                number=len(trials) + i,
                values=it.values,
                repeat=it.repeat,
                stage=it.stage,
                status="done",
                value=-objective.cost(-valley(it.values)),
            )
            for i, it in enumerate(proposals)
        ]
    return trials


def median_best(search: Search, space: Space, *, sweeps: int, objective: Objective = ERROR) -> float:
    results = [run_sweep(search, space, seed=seed, objective=objective) for seed in range(sweeps)]
    return float(np.median([min(valley(trial.values) for trial in trials) for trials in results]))


def test_cma_es_state_is_replayed() -> None:
    """All batches are replayed for each new one; if the state were lost, this would be a random search.

    Over 20 sweeps the median was 0.0023; it was 0.0022 in Optuna's own loop and 0.010 with random search.
    """
    assert median_best(CMAES(), Space(NUMBERS), sweeps=3) < 0.006


@pytest.mark.parametrize("objective", [ERROR, Objective("dev/accuracy", direction=Direction.MAXIMIZE)])
def test_tpe_improves_with_choices_and_conditions(objective: Objective) -> None:
    trials = run_sweep(TPE(), Space([*NUMBERS, NAME, BETA]), seed=0, budget=40, objective=objective)
    first, last = (np.mean([valley(trial.values) for trial in part]) for part in (trials[:12], trials[-12:]))
    assert last < 0.5 * first


@pytest.mark.slow
def test_gaussian_process_improves() -> None:
    pytest.importorskip("torch")
    trials = run_sweep(GaussianProcess(), Space([*NUMBERS, NAME, BETA]), seed=0, budget=32)
    assert min(valley(trial.values) for trial in trials) < 0.005


@pytest.mark.parametrize("batch", [1, 5])
def test_each_batch_is_one_stage(batch: int) -> None:
    trials = run_sweep(TPE(batch=batch), Space(NUMBERS), seed=0, budget=11)
    assert [trial.stage for trial in trials] == [number // batch for number in range(11)]


def test_cma_es_refuses_choices_and_conditions() -> None:
    with pytest.raises(ConfigError, match="tpe") as refused:
        CMAES().check(Space([*NUMBERS, NAME]))
    assert (refused.value.key, refused.value.code) == ("space.name", "not_applicable")
    conditional = Parameter("beta", Uniform(low=0.0, high=1.0), condition=Condition.parse("width > 100"))
    with pytest.raises(ConfigError, match="conditions") as refused:
        CMAES().check(Space([*NUMBERS, conditional]))
    assert (refused.value.key, refused.value.code) == ("space.beta", "not_applicable")
    CMAES().check(Space(NUMBERS))


@pytest.mark.parametrize(
    ("search", "package", "source"),
    [
        (TPE(), "optuna", "dlcli[optuna]"),
        (CMAES(), "cmaes", "dlcli[optuna]"),
        (GaussianProcess(), "torch", "dlcli[torch]"),
    ],
)
def test_missing_package(search: OptunaSearch, package: str, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigError) as missing:
        search.check(Space(NUMBERS))
    assert (missing.value.key, missing.value.code) == ("search", "missing_package")
    assert f"{package}: pip install '{source}'" in missing.value.message


@pytest.mark.parametrize("search", [TPE(), CMAES()])
def test_optuna_is_silent_and_its_settings_are_restored(
    search: OptunaSearch, capsys: pytest.CaptureFixture[str]
) -> None:
    space = Space(NUMBERS) if isinstance(search, CMAES) else Space([*NUMBERS, NAME, BETA])
    before, filters = optuna.logging.get_verbosity(), list(warnings.filters)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run_sweep(search, space, seed=0, budget=16)
    assert capsys.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == before
    assert list(warnings.filters) == filters
    assert logging.getLogger("optuna").propagate is False


@pytest.mark.parametrize("search", [TPE(), CMAES()])
def test_propose_after_trials_of_every_status(search: OptunaSearch) -> None:
    space = Space([*NUMBERS, Parameter("depth", IntUniform(low=1, high=3))])
    proposals = search.propose(space, [], ERROR, seed=0, budget=20)
    outcomes: list[dict[str, Any]] = [
        {"status": "done", "value": 0.2},
        {"status": "done", "value": 0.1, "violated": ("latency_ms <= 5",)},
        {"status": "pruned", "value": 0.4, "history": (0.5, 0.4)},
        {"status": "diverged"},
    ]
    trials = [
        Trial(number=i, values=it.values, stage=it.stage, **outcome)
        for i, (it, outcome) in enumerate(zip(proposals, outcomes, strict=True))
    ]
    following = search.propose(space, trials, ERROR, seed=0, budget=20)
    assert [it.stage for it in following] == [1, 1, 1, 1]
