"""Conduct a sweep from its file, or go on with one."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dlcli.api import start
from dlcli.core import ConfigError, DataError, SweepFailedError
from dlcli.runs import git_commit, prepare_path
from dlcli.search import Objective, compute_importances
from dlcli.spec import Overrides
from dlcli.sweeps.assembly import check_sweep
from dlcli.sweeps.config import load_sweep
from dlcli.sweeps.report import write_sweep_report
from dlcli.sweeps.runner import sweep_files as files
from dlcli.sweeps.runner.final_training import FinalTraining
from dlcli.sweeps.runner.journal import Journal
from dlcli.sweeps.runner.sweep_catalog import find
from dlcli.sweeps.runner.sweep_components import SweepComponents
from dlcli.sweeps.runner.sweep_folder import SweepFolder, SweepRecord
from dlcli.sweeps.runner.sweep_observer import SweepObserver, SweepPlan
from dlcli.sweeps.runner.sweep_result import Sweep
from dlcli.sweeps.runner.sweep_runner import SweepRunner
from dlcli.sweeps.runner.sweep_status import best_text, outcome
from dlcli.training import stop_requests

Settings = Mapping[str, Any]

#: what may change when a sweep goes on: nothing that its results depend on
CHANGEABLE = (
    "budget",
    "execution.engine",
    "execution.address",
    "execution.workers",
    "execution.retries",
    "execution.max_failures",
    "final",
)


def sweep(
    config: str | Path,
    *,
    params: Sequence[str] = (),
    overrides: Overrides = (),
    settings: Overrides | None = None,
    fail_fast: bool = False,
    runs_dir: str | Path = "runs",
    observer: SweepObserver | None = None,
) -> Sweep:
    """Search for the best configuration.

    Args:
        config: a sweep file; or a config, with what is searched in `params`.
        params: `KEY=DISTRIBUTION`, such as `optimizer.learning_rate=log_uniform(1e-4, 1e-1)`.
        overrides: `key=VALUE` texts, or key → value, that replace what the base says.
        settings: the same for the sweep file, such as `{"budget.trials": 20}`.
        fail_fast: end at the first trial that fails.
        runs_dir: where the sweep's folder is made.
        observer: is told how it goes.

    Raises:
        InvalidConfigError: with every mistake of the sweep file.
        DataError: the data is missing or not what the base says.
        SweepFailedError: too many trials failed, or none has a result.
        RunInterruptedError: SIGINT, SIGTERM or SIGHUP, after checkpoints.
        StorageError: the folder cannot be written.
        WorkerError: no worker can begin.
    """
    clock = time.perf_counter()
    observer = observer or SweepObserver()
    spec = load_sweep(config, params=params, overrides=overrides, settings=settings)
    check_sweep(spec)
    parts, base = SweepComponents(spec), spec.base_spec()
    parts.check_engine()
    experiment, _ = start(base, runs_dir=Path(runs_dir), on_read=observer.on_read)
    selection, fingerprint = experiment.selection, experiment.data.fingerprint
    warnings = list(experiment.data.warnings)
    del experiment  # the workers have their own
    if selection.metric.startswith("test/"):
        raise ConfigError(
            f"{selection.metric} decides; a search that looks at the test set leaves no figure to trust",
            **spec.locate("objective.optimize"),
        )
    path = prepare_path(Path(runs_dir), spec.name)
    record = SweepRecord(
        id=path.name,
        name=spec.name,
        file=str(spec.file.absolute()),
        base=str(spec.base_file.absolute()),
        objective=Objective(
            selection.metric,
            selection.direction,
            tuple(f"{name} {must}" for name, must in selection.constraints.items()),
        ),
        data=dict(fingerprint),
        runs_dir=str(Path(runs_dir).absolute()),
        command=tuple(sys.argv),
        git_commit=git_commit(base.file.parent),
    )
    contents = {
        files.SWEEP: spec.source_text.encode(),
        files.BASE: spec.base_text.encode(),
        files.RESOLVED: spec.to_yaml().encode(),
        files.RECORD: record.to_bytes(),
    }
    folder = SweepFolder.create_at(path, contents)
    with folder.locked():
        return _conducted(folder, record, parts, fail_fast=fail_fast, observer=observer, clock=clock, warnings=warnings)


def resume(
    sweep: str | Path,
    *,
    retry_failed: bool = False,
    settings: Settings | None = None,
    fail_fast: bool = False,
    runs_dir: str | Path = "runs",
    observer: SweepObserver | None = None,
) -> Sweep:
    """Go on with a sweep that was stopped or killed, or that is to have a bigger budget.

    Args:
        sweep: its folder, its id, the beginning of it, or its name.
        retry_failed: train the trials again that failed or were killed.
        settings: of what may change, such as `{"budget.trials": 40}`.
        fail_fast: end at the first trial that fails.
        runs_dir: the folder that sweeps are looked for in.
        observer: is told how it goes.

    Raises:
        ConfigError: there is no such sweep, another process conducts it, or a setting would change its results.
        DataError: the data is missing or has changed; and what `sweep` raises.
    """
    clock = time.perf_counter()
    observer = observer or SweepObserver()
    for key in settings or {}:
        if not key.startswith(CHANGEABLE):
            raise ConfigError(
                f"cannot change in a sweep that has begun; these can: {', '.join(CHANGEABLE)}",
                code="changed_option",
                key=key,
            )
    folder = find(runs_dir, str(sweep))
    with folder.locked():
        record, spec = folder.record(), folder.spec(settings)
        experiment, _ = start(spec.base_spec(), runs_dir=record.runs_path, on_read=observer.on_read)
        if dict(experiment.data.fingerprint) != dict(record.data):
            raise DataError(
                f"the data is not what it was when sweep {folder.id} began; its SHA-256 differs", code="changed_data"
            )
        warnings = list(experiment.data.warnings)
        del experiment
        folder.write_text(files.RESOLVED, spec.to_yaml())
        return _conducted(
            folder,
            record,
            SweepComponents(spec),
            fail_fast=fail_fast,
            observer=observer,
            clock=clock,
            warnings=warnings,
            retry_failed=retry_failed,
        )


def _conducted(
    folder: SweepFolder,
    record: SweepRecord,
    parts: SweepComponents,
    *,
    fail_fast: bool,
    observer: SweepObserver,
    clock: float,
    warnings: Sequence[str],
    retry_failed: bool = False,
) -> Sweep:
    """Train what is to be trained, and write the report."""
    journal = Journal(folder.path / files.JOURNAL, check=lambda: folder.place(files.JOURNAL))
    state, objective = journal.state, record.objective
    budget, execution = parts.spec.budget, parts.spec.execution
    engine = parts.engine(folder)
    try:
        journal.add("begun", process=os.getpid(), workers=engine.workers)
        for trial in state.ordered:
            if retry_failed and trial.has_failed:
                if trial.status == "failed":  # something may be wrong with its files; one that was killed goes on
                    folder.forget_trial(trial.number)
                journal.add("again", trial=trial.number)
        count = sum(trial.has_ended for trial in state.ordered)
        best = objective.best(state.ordered)
        observer.on_start(SweepPlan(folder.id, objective, budget.trials, engine.workers, count, best))
        with stop_requests() as stop:
            SweepRunner(
                id=folder.id,
                journal=journal,
                engine=engine,
                space=parts.space,
                search=parts.search,
                pruning=parts.pruning,
                objective=objective,
                budget=budget,
                execution=execution,
                fail_fast=fail_fast,
                seed=parts.spec.seed,
                epochs_of=lambda values: parts.spec.trial_spec(values).training.epochs,
                observer=observer,
            ).run(stop)
            best = objective.best(state.ordered)
            if best is not None and parts.spec.final is not None:
                FinalTraining(
                    id=folder.id,
                    best=best,
                    journal=journal,
                    engine=engine,
                    objective=objective,
                    seeds=parts.spec.final.seeds,
                    retries=execution.retries,
                    observer=observer,
                ).run(stop)
    finally:
        engine.close()
        observer.on_end()
    if best is None:
        ended = [trial for trial in state.ordered if trial.has_ended]
        found = "the budget allows no trial"
        if ended:
            last = ended[-1]
            found = (
                f"none of {len(ended)} trials has a result; the last, trial {last.number} {last.status}: {last.reason}"
            )
        raise SweepFailedError(found, sweep=folder.id)
    journal.add("over")
    importances = compute_importances(parts.space, state.ordered, objective, seed=parts.spec.seed)
    result = replace(outcome(folder, record, parts, state), importances=importances)
    folder.write_text(files.BEST, best_text(parts.spec, best, folder.id))
    write_sweep_report(result, write_text=folder.write_text, write_bytes=folder.write_bytes)
    return Sweep(path=folder.path, outcome=result, seconds=time.perf_counter() - clock, warnings=warnings)
