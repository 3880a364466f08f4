"""Sweep runner with simulated workers, kills and losses."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlcli.core import Direction, RunInterruptedError, SweepFailedError
from dlcli.search import (
    Choice,
    CoarseToFine,
    Configuration,
    LogUniform,
    MedianPruning,
    Objective,
    Parameter,
    Pruning,
    RandomSearch,
    Search,
    Space,
    SuccessiveHalving,
    Trial,
)
from dlcli.sweeps import SweepObserver
from dlcli.sweeps.config import SweepBudget, SweepExecution
from dlcli.sweeps.runner.journal import Journal
from dlcli.sweeps.runner.sweep_runner import SweepRunner
from dlcli.training import StopRequest
from tests.sweeps.fake_engine import FakeEngine, KilledError

SPACE = Space(
    [
        Parameter("optimizer.learning_rate", LogUniform(low=1e-4, high=1.0)),
        Parameter("model.activation", Choice(values=["relu", "tanh"])),
    ]
)
OBJECTIVE = Objective("dev/error", direction=Direction.MINIMIZE)
EPOCHS = 6


def curve(values: dict[str, Any], seed: int) -> Sequence[float]:
    """Return errors that decrease with the epochs, the lowest near a learning rate of 0.01."""
    distance = abs(np.log10(values["optimizer.learning_rate"]) + 2) + (values["model.activation"] == "tanh")
    noise = np.random.default_rng([seed, int(1e6 * values["optimizer.learning_rate"])]).normal(0, 0.01, EPOCHS)
    return [float(0.1 * distance + 1 / epoch + noise[epoch - 1]) for epoch in range(1, EPOCHS + 1)]


class Sweep:
    """Sweep on simulated workers, with the journal and the checkpoints that survive a kill."""

    def __init__(
        self,
        path: Path,
        *,
        search: Search | None = None,
        pruning: Pruning | None = None,
        fail_fast: bool = False,
        **options: Any,
    ) -> None:
        self.path = path / "journal.jsonl"
        self.search = search or RandomSearch()
        self.pruning = pruning
        self.fail_fast = fail_fast
        options = {"trials": 12, "max_failures": None} | options
        limits = {field.name for field in fields(SweepBudget)}
        self.budget = SweepBudget(**{key: options[key] for key in options.keys() & limits})
        self.execution = SweepExecution(**{key: options[key] for key in options.keys() - limits})
        self.checkpoints: dict[str, int] = {}

    def run(
        self,
        workers: int = 2,
        order: int = 0,
        *,
        of: Callable[[dict[str, Any], int], Sequence[float] | str] = curve,
        observer: SweepObserver | None = None,
        stop: StopRequest | None = None,
        **engine: Any,
    ) -> tuple[Trial, ...]:
        journal = Journal(self.path)
        journal.add("begun", process=1, workers=workers)
        SweepRunner(
            id="s",
            journal=journal,
            engine=FakeEngine(
                workers,
                of,
                np.random.default_rng(order),
                decides_after=self.pruning.decides_after if self.pruning else lambda _: False,
                checkpoints=self.checkpoints,
                **engine,
            ),
            space=SPACE,
            search=self.search,
            pruning=self.pruning,
            objective=OBJECTIVE,
            budget=self.budget,
            execution=self.execution,
            fail_fast=self.fail_fast,
            seed=3,
            epochs_of=lambda values: EPOCHS,
            observer=observer or SweepObserver(),
        ).run(stop or StopRequest())
        return Journal(self.path).state.ordered


def results(trials: Sequence[Trial]) -> list[tuple[Any, ...]]:
    """Return the results that must not depend on the workers."""
    return [(it.number, it.key, it.repeat, it.stage, it.status, it.value, it.history, it.reason) for it in trials]


CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "random": {},
    "coarse_to_fine": {"search": CoarseToFine()},
    "median": {"pruning": MedianPruning(warmup_epochs=1, startup_trials=2)},
    "successive_halving": {"pruning": SuccessiveHalving(min_epochs=1, reduction_factor=2)},
    "seeds": {"seeds": 3, "search": CoarseToFine(), "pruning": MedianPruning(warmup_epochs=1, startup_trials=2)},
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(workers=st.integers(1, 5), order=st.integers(0, 2**31))
def test_results_do_not_depend_on_workers(
    tmp_path_factory: pytest.TempPathFactory, name: str, workers: int, order: int
) -> None:
    single = Sweep(tmp_path_factory.mktemp("single"), **CONFIGURATIONS[name]).run(workers=1)
    parallel = Sweep(tmp_path_factory.mktemp("parallel"), **CONFIGURATIONS[name]).run(workers, order)
    assert results(single) == results(parallel)
    assert len(single) == 12
    if "pruning" in CONFIGURATIONS[name]:
        assert any(trial.status == "pruned" for trial in single)


@pytest.mark.parametrize("name", CONFIGURATIONS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_killed_sweep_has_the_same_results(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    undisturbed = Sweep(tmp_path_factory.mktemp("undisturbed"), **CONFIGURATIONS[name]).run()
    sweep = Sweep(tmp_path_factory.mktemp("killed"), retries=1000, **CONFIGURATIONS[name])
    for order in range(data.draw(st.integers(1, 20))):
        loses = data.draw(st.frozensets(st.integers(1, 40), max_size=4))
        try:
            sweep.run(2, order, kills=data.draw(st.integers(1, 40)), loses=loses)
        except KilledError:
            if data.draw(st.booleans()):  # killed while writing a line
                content = sweep.path.read_bytes()
                sweep.path.write_bytes(content + b'{"event": "epo')
    assert results(sweep.run(2, 99)) == results(undisturbed)


def test_sweep_continues_after_failures_and_divergence(tmp_path: Path) -> None:
    def of(values: dict[str, Any], seed: int) -> Sequence[float] | str:
        if values["model.activation"] == "tanh":
            return "failed"
        return "diverged" if values["optimizer.learning_rate"] > 0.1 else curve(values, seed)

    trials = Sweep(tmp_path).run(of=of)
    assert {trial.status for trial in trials} == {"done", "failed", "diverged"}
    assert {trial.reason for trial in trials} == {None, "it failed", "it diverged"}
    assert all(trial.has_failed == (trial.status == "failed") for trial in trials)


def test_consecutive_failures_stop_sweep_after_checkpoints(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path, max_failures=3)
    with pytest.raises(SweepFailedError, match=r"^3 .*it failed.*sweep resume s"):
        sweep.run(of=lambda values, seed: "failed")
    assert sum(trial.status == "failed" for trial in Journal(sweep.path).state.ordered) >= 3
    assert not any(trial.status == "running" for trial in Journal(sweep.path).state.ordered)


def test_fail_fast(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path, fail_fast=True)
    with pytest.raises(SweepFailedError, match="trial 0 failed"):
        sweep.run(workers=1, of=lambda values, seed: "failed")


def test_divergence_is_not_a_failure(tmp_path: Path) -> None:
    trials = Sweep(tmp_path, max_failures=1, fail_fast=True).run(of=lambda values, seed: "diverged")
    assert [trial.status for trial in trials] == ["diverged"] * 12


def test_trial_is_killed_after_too_many_losses(tmp_path: Path) -> None:
    trials = Sweep(tmp_path, retries=2, trials=1).run(workers=1, loses=frozenset({2, 4, 6}))
    assert [(trial.status, trial.times_lost) for trial in trials] == [("killed", 2)]
    assert "SIGKILL" in (trials[0].reason or "")
    assert trials[0].has_failed


def test_stop_waits_for_checkpoints(tmp_path: Path) -> None:
    undisturbed = Sweep(tmp_path).run()
    (tmp_path / "stopped").mkdir()
    sweep, stop = Sweep(tmp_path / "stopped"), StopRequest()

    class Stopper(SweepObserver):
        def on_trial_end(self, trial: Trial, best: Configuration | None) -> None:
            if trial.number == 4:
                stop.receive(signal.SIGINT, None)

    with pytest.raises(RunInterruptedError, match=r"SIGINT after \d trials; `dlcli sweep resume s`") as caught:
        sweep.run(stop=stop, observer=Stopper())
    assert caught.value.exit_code == 130
    assert {trial.status for trial in Journal(sweep.path).state.ordered} <= {"done", "interrupted", "waiting"}
    assert results(sweep.run()) == results(undisturbed)


def test_budget_of_epochs(tmp_path: Path) -> None:
    trials = Sweep(tmp_path, trials=None, epochs=5 * EPOCHS + 2).run()
    assert sum(len(trial.history) for trial in trials) == 5 * EPOCHS
    assert sum(trial.status == "done" for trial in trials) == 5


def test_budget_of_time(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path, trials=None, minutes=0.05 / 60)
    assert any(trial.status == "done" for trial in sweep.run())


def test_larger_budget_continues_sweep(tmp_path: Path) -> None:
    whole = Sweep(tmp_path).run()
    (tmp_path / "small").mkdir()
    Sweep(tmp_path / "small", trials=5).run()
    assert results(Sweep(tmp_path / "small", trials=12).run()) == results(whole)


def test_observer_gets_best_so_far(tmp_path: Path) -> None:
    class BestRecorder(SweepObserver):
        def __init__(self) -> None:
            self.best: list[float] = []

        def on_trial_end(self, trial: Trial, best: Configuration | None) -> None:
            assert best is not None
            assert best.value is not None
            self.best.append(best.value)

    recorder = BestRecorder()
    trials = Sweep(tmp_path).run(observer=recorder)
    assert recorder.best == sorted(recorder.best, reverse=True)
    assert recorder.best[-1] == min(trial.value for trial in trials if trial.value is not None)
