"""Forty trials on digits, run by dlcli or by Optuna.

Both train the same: a config that is checked, a fresh model on data that is read once, a run folder with its record,
its inputs, the figures of every epoch and checkpoints, for which neither waits until the disk has them; and both keep a
journal, for which they do. "Optuna, bare" has no journal, and run folders without record and inputs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.commands import ROOT

if TYPE_CHECKING:
    import optuna

SWEEP = ROOT / "configs/sweeps/digits.yaml"
BASE = ROOT / "configs/quickstart.yaml"
TRIALS = 40


@dataclass(frozen=True)
class SweepRun:
    """
    Args:
        seconds: wall time of the whole, without importing.
        trials: wall time from the beginning of the first trial to the end of the last.
        training: time in the training loops, of all trials together.
        best: the best dev error.
    """

    seconds: float
    trials: float
    training: float
    best: float


def by_dlcli(seed: int, folder: Path, *, search: str, workers: int) -> SweepRun:
    import dlcli
    from dlcli.search import Configuration, Trial
    from dlcli.sweeps import SweepObserver

    class Clock(SweepObserver):
        def __init__(self) -> None:
            self.begun, self.ended = float("inf"), 0.0

        def on_trial_end(self, trial: Trial, best: Configuration | None) -> None:  # noqa: ARG002
            self.ended = time.perf_counter()
            self.begun = min(self.begun, self.ended - trial.seconds)

    clock = Clock()
    start = time.perf_counter()
    settings = {"search": search, "seed": seed, "final": None, "objective.satisfice": None}
    settings |= {"budget.trials": TRIALS, "execution.workers": workers}
    done = dlcli.sweep(SWEEP, settings=settings, runs_dir=folder, observer=clock)
    seconds = time.perf_counter() - start
    best = done.outcome.objective.best(done.outcome.trials)
    assert best is not None
    assert best.value is not None
    return SweepRun(seconds, clock.ended - clock.begun, training_seconds((done.path / "trials").iterdir()), best.value)


def by_optuna(seed: int, folder: Path, *, sampler: str, is_bare: bool = False) -> SweepRun:
    import optuna
    from optuna.storages import InMemoryStorage, JournalStorage
    from optuna.storages.journal import JournalFileBackend

    import dlcli.api.training  # noqa: F401  # not in the first trial: a worker has imported before it, too

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    start = time.perf_counter()
    study = optuna.create_study(
        storage=InMemoryStorage() if is_bare else JournalStorage(JournalFileBackend(str(folder / "journal.log"))),
        sampler={"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler}[sampler](seed=seed),
    )
    objective = Objective(folder, is_bare=is_bare)
    begun = time.perf_counter()
    study.optimize(objective, n_trials=TRIALS)
    ended = time.perf_counter()
    return SweepRun(ended - start, ended - begun, training_seconds(objective.folders), study.best_value)


class Objective:
    """What Optuna calls: dlcli's training.

    Args:
        folder: where the runs are kept.
        is_bare: leave out a run's record and inputs.
    """

    def __init__(self, folder: Path, *, is_bare: bool) -> None:
        self.folder = folder
        self.is_bare = is_bare
        self.folders: list[Path] = []
        self.data: Any = None

    def __call__(self, trial: optuna.Trial) -> float:
        import dlcli.components  # noqa: F401  # imported for its registrations
        from dlcli.api import build_trainer, create_run, inputs, start
        from dlcli.assembly import build_data
        from dlcli.runs import RunFolder, recording
        from dlcli.spec import load_spec

        overrides = {
            "training.epochs": 10,
            "optimizer.learning_rate": trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True),
            "training.batch_size": trial.suggest_categorical("batch_size", [16, 32, 64, 128]),
            "regularization.l2": trial.suggest_float("l2", 1e-3, 10, log=True),
            "model.hidden_units": [trial.suggest_int("width", 16, 256, log=True)] * trial.suggest_int("depth", 1, 3),
        }
        spec = load_spec(BASE, overrides)
        if self.data is None:
            self.data = build_data(spec)
        experiment, origin = start(spec, runs_dir=self.folder, read_data=lambda *_, **__: self.data)
        run = RunFolder(self.folder / f"{trial.number:04d}", durable=False)  # as the trials of a sweep
        self.folders.append(run.path)
        if self.is_bare:
            run.path.mkdir()
            return build_trainer(experiment, run, None).train().best.value
        _, record = create_run(run.path, experiment, origin, inputs(experiment), git_commit=None, durable=False)
        with run.locked(), recording(run, record) as session:
            value = build_trainer(experiment, run, None).train().best.value
            session.metrics = {"dev/error": value}
        return value


def training_seconds(runs: Iterable[Path]) -> float:
    """What the epochs of these runs took, by their own record."""
    lines = (line for run in runs for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines())
    records = [json.loads(line) for line in lines]
    return sum(record["seconds"] for record in records if record["kind"] == "epoch")


WAYS: dict[str, Callable[[int, Path], SweepRun]] = {
    "dlcli, 1 worker": partial(by_dlcli, search="random", workers=1),
    "dlcli, 2 workers": partial(by_dlcli, search="random", workers=2),
    "dlcli, TPE": partial(by_dlcli, search="tpe", workers=1),
    "Optuna": partial(by_optuna, sampler="random"),
    "Optuna, TPE": partial(by_optuna, sampler="tpe"),
    "Optuna, bare": partial(by_optuna, sampler="random", is_bare=True),
}
