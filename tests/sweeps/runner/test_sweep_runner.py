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
    """An error that falls with the epochs, the lowest near a learning rate of 0.01."""
    distance = abs(np.log10(values["optimizer.learning_rate"]) + 2) + (values["model.activation"] == "tanh")
    noise = np.random.default_rng([seed, int(1e6 * values["optimizer.learning_rate"])]).normal(0, 0.01, EPOCHS)
    return [float(0.1 * distance + 1 / epoch + noise[epoch - 1]) for epoch in range(1, EPOCHS + 1)]


class Sweep:
    """A sweep on fake workers, with what a kill leaves behind."""

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
        chosen = {"trials": 12, "max_failures": None} | options
        limits = {field.name for field in fields(SweepBudget)}
        self.budget = SweepBudget(**{key: chosen[key] for key in chosen.keys() & limits})
        self.execution = SweepExecution(**{key: chosen[key] for key in chosen.keys() - limits})
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


def told(trials: Sequence[Trial]) -> list[tuple[Any, ...]]:
    """What is to be the same whoever trained the trials."""
    return [(it.number, it.key, it.repeat, it.stage, it.status, it.value, it.history, it.reason) for it in trials]


WAYS: dict[str, dict[str, Any]] = {
    "random": {},
    "coarse_to_fine": {"search": CoarseToFine()},
    "median": {"pruning": MedianPruning(warmup_epochs=1, startup_trials=2)},
    "successive_halving": {"pruning": SuccessiveHalving(min_epochs=1, reduction_factor=2)},
    "seeds": {"seeds": 3, "search": CoarseToFine(), "pruning": MedianPruning(warmup_epochs=1, startup_trials=2)},
}


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(workers=st.integers(1, 5), order=st.integers(0, 2**31))
def test_the_number_of_workers_and_their_pace_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, way: str, workers: int, order: int
) -> None:
    alone = Sweep(tmp_path_factory.mktemp("alone"), **WAYS[way]).run(workers=1)
    beside = Sweep(tmp_path_factory.mktemp("beside"), **WAYS[way]).run(workers, order)
    assert told(alone) == told(beside)
    assert len(alone) == 12
    if "pruning" in WAYS[way]:
        assert any(trial.status == "pruned" for trial in alone)


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_sweep_that_is_killed_again_and_again_ends_as_if_it_had_not_been(
    tmp_path_factory: pytest.TempPathFactory, way: str, data: st.DataObject
) -> None:
    undisturbed = Sweep(tmp_path_factory.mktemp("undisturbed"), **WAYS[way]).run()
    sweep = Sweep(tmp_path_factory.mktemp("killed"), retries=1000, **WAYS[way])
    for order in range(data.draw(st.integers(1, 20))):
        loses = data.draw(st.frozensets(st.integers(1, 40), max_size=4))
        try:
            sweep.run(2, order, kills=data.draw(st.integers(1, 40)), loses=loses)
        except KilledError:
            if data.draw(st.booleans()):  # in the middle of a line
                content = sweep.path.read_bytes()
                sweep.path.write_bytes(content + b'{"event": "epo')
    assert told(sweep.run(2, 99)) == told(undisturbed)


def test_what_fails_and_what_diverges_is_written_down_and_the_sweep_goes_on(tmp_path: Path) -> None:
    def of(values: dict[str, Any], seed: int) -> Sequence[float] | str:
        if values["model.activation"] == "tanh":
            return "failed"
        return "diverged" if values["optimizer.learning_rate"] > 0.1 else curve(values, seed)

    trials = Sweep(tmp_path).run(of=of)
    assert {trial.status for trial in trials} == {"done", "failed", "diverged"}
    assert {trial.reason for trial in trials} == {None, "it failed", "it diverged"}
    assert all(trial.has_failed == (trial.status == "failed") for trial in trials)


def test_failures_in_a_row_end_the_sweep_and_what_was_under_way_is_not_lost(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path, max_failures=3)
    with pytest.raises(SweepFailedError, match=r"3 trials failed one after the other.*it failed.*sweep resume s"):
        sweep.run(of=lambda values, seed: "failed")
    assert sum(trial.status == "failed" for trial in Journal(sweep.path).state.ordered) >= 3
    assert not any(trial.status == "running" for trial in Journal(sweep.path).state.ordered)


def test_fail_fast_ends_at_the_first_failure(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path, fail_fast=True)
    with pytest.raises(SweepFailedError, match="trial 0 failed: it failed"):
        sweep.run(workers=1, of=lambda values, seed: "failed")


def test_a_divergence_is_a_result_and_no_failure(tmp_path: Path) -> None:
    trials = Sweep(tmp_path, max_failures=1, fail_fast=True).run(of=lambda values, seed: "diverged")
    assert [trial.status for trial in trials] == ["diverged"] * 12


def test_a_trial_whose_worker_is_lost_too_often_is_given_up(tmp_path: Path) -> None:
    trials = Sweep(tmp_path, retries=2, trials=1).run(workers=1, loses=frozenset({2, 4, 6}))
    assert [(trial.status, trial.times_lost) for trial in trials] == [("killed", 2)]
    assert trials[0].reason == "its worker was ended by SIGKILL"
    assert trials[0].has_failed


def test_a_stop_waits_for_checkpoints_and_says_how_to_go_on(tmp_path: Path) -> None:
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
    assert told(sweep.run()) == told(undisturbed)


def test_a_budget_of_epochs_is_kept(tmp_path: Path) -> None:
    trials = Sweep(tmp_path, trials=None, epochs=5 * EPOCHS + 2).run()
    assert sum(len(trial.history) for trial in trials) == 5 * EPOCHS
    assert sum(trial.status == "done" for trial in trials) == 5


def test_a_budget_of_time_ends_the_sweep(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path, trials=None, minutes=0.05 / 60)
    assert any(trial.status == "done" for trial in sweep.run())


def test_a_bigger_budget_goes_on_where_the_smaller_ended(tmp_path: Path) -> None:
    whole = Sweep(tmp_path).run()
    (tmp_path / "small").mkdir()
    Sweep(tmp_path / "small", trials=5).run()
    assert told(Sweep(tmp_path / "small", trials=12).run()) == told(whole)


def test_the_best_is_said_as_it_is_found(tmp_path: Path) -> None:
    class Watcher(SweepObserver):
        def __init__(self) -> None:
            self.best: list[float] = []

        def on_trial_end(self, trial: Trial, best: Configuration | None) -> None:
            assert best is not None
            assert best.value is not None
            self.best.append(best.value)

    watcher = Watcher()
    trials = Sweep(tmp_path).run(observer=watcher)
    assert watcher.best == sorted(watcher.best, reverse=True)
    assert watcher.best[-1] == min(trial.value for trial in trials if trial.value is not None)
