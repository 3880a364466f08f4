"""Functions that run a sweep from its file and resume one."""

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

#: Keys that may change when a sweep is resumed, because the results of the trials do not depend on them.
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
        config: Path of a sweep file, or of a config whose search space is in `params`.
        params: Parameters of the space as `KEY=DISTRIBUTION`, such as
            `optimizer.learning_rate=log_uniform(1e-4, 1e-1)`.
        overrides: Overrides of the base, as `KEY=VALUE` texts or as a mapping.
        settings: Overrides of the sweep file, such as `{"budget.trials": 20}`.
        fail_fast: Whether to stop at the first trial that fails.
        runs_dir: Folder in which the folder of the sweep is created.
        observer: Observer of the progress.

    Raises:
        InvalidConfigError: The sweep file or its base has mistakes.
        DataError: The data is missing or does not match the base.
        SweepFailedError: Too many trials failed, or no trial has a result.
        RunInterruptedError: SIGINT, SIGTERM or SIGHUP was received; checkpoints have been written.
        StorageError: The folder cannot be written.
        WorkerError: No worker can start.
    """
    clock = time.perf_counter()
    observer = observer or SweepObserver()
    spec = load_sweep(config, params=params, overrides=overrides, settings=settings)
    check_sweep(spec)
    components, base = SweepComponents(spec), spec.base_spec()
    components.check_engine()
    experiment, _ = start(base, runs_dir=Path(runs_dir), on_read=observer.on_read)
    selection, fingerprint = experiment.selection, experiment.data.fingerprint
    warnings = list(experiment.data.warnings)
    del experiment  # frees the memory: each worker builds its own experiment
    if selection.metric.startswith("test/"):
        raise ConfigError(
            f"cannot optimize {selection.metric}: a search on the test set leaves no unbiased estimate; use dev",
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
            tuple(f"{name} {bound}" for name, bound in selection.constraints.items()),
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
        return _run(folder, record, components, fail_fast=fail_fast, observer=observer, clock=clock, warnings=warnings)


def resume(
    sweep: str | Path,
    *,
    retry_failed: bool = False,
    settings: Settings | None = None,
    fail_fast: bool = False,
    runs_dir: str | Path = "runs",
    observer: SweepObserver | None = None,
) -> Sweep:
    """Resume a sweep that was stopped or killed, or extend its budget.

    Args:
        sweep: Folder, id, prefix of the id, or name of the sweep.
        retry_failed: Whether to train failed and killed trials again.
        settings: Changes of the sweep file, such as `{"budget.trials": 40}`; only of keys in `CHANGEABLE`.
        fail_fast: Whether to stop at the first trial that fails.
        runs_dir: Folder of the sweeps.
        observer: Observer of the progress.

    Raises:
        ConfigError: The sweep does not exist, another process runs it, or a setting would change its results.
        DataError: The data is missing or has changed. Other errors are those of `sweep`.
    """
    clock = time.perf_counter()
    observer = observer or SweepObserver()
    for key in settings or {}:
        if not key.startswith(CHANGEABLE):
            raise ConfigError(
                f"cannot be changed after a sweep has started; expected one of: {', '.join(CHANGEABLE)}",
                code="changed_option",
                key=key,
            )
    folder = find(runs_dir, str(sweep))
    problem = folder.journal_problem()
    with folder.locked():
        record, spec = folder.record(), folder.spec(settings)
        experiment, _ = start(spec.base_spec(), runs_dir=record.runs_path, on_read=observer.on_read)
        if dict(experiment.data.fingerprint) != dict(record.data):
            raise DataError(
                f"the data has changed since sweep {folder.id} started; its SHA-256 differs", code="changed_data"
            )
        warnings = [*experiment.data.warnings, *([] if problem is None else [problem])]
        del experiment
        folder.write_text(files.RESOLVED, spec.to_yaml())
        return _run(
            folder,
            record,
            SweepComponents(spec),
            fail_fast=fail_fast,
            observer=observer,
            clock=clock,
            warnings=warnings,
            retry_failed=retry_failed,
        )


def _run(
    folder: SweepFolder,
    record: SweepRecord,
    components: SweepComponents,
    *,
    fail_fast: bool,
    observer: SweepObserver,
    clock: float,
    warnings: Sequence[str],
    retry_failed: bool = False,
) -> Sweep:
    """Train the remaining trials and final runs, and write the report."""
    journal = Journal(folder.path / files.JOURNAL, check=lambda: folder.writable_path(files.JOURNAL))
    state, objective = journal.state, record.objective
    budget, execution = components.spec.budget, components.spec.execution
    engine = components.engine(folder)
    try:
        journal.add("begun", process=os.getpid(), workers=engine.workers)
        for trial in state.ordered:
            if retry_failed and trial.has_failed:
                if trial.status == "failed":  # its files may be invalid; a killed trial continues from its checkpoint
                    folder.remove_run(files.trial(trial.number))
                journal.add("again", trial=trial.number)
        count = sum(trial.has_ended for trial in state.ordered)
        best = objective.best(state.ordered)
        observer.on_start(SweepPlan(folder.id, objective, budget.trials, engine.workers, count, best))
        with stop_requests() as stop:
            SweepRunner(
                id=folder.id,
                journal=journal,
                engine=engine,
                space=components.space,
                search=components.search,
                pruning=components.pruning,
                objective=objective,
                budget=budget,
                execution=execution,
                fail_fast=fail_fast,
                seed=components.spec.seed,
                epochs_of=lambda values: components.spec.trial_spec(values).training.epochs,
                observer=observer,
            ).run(stop)
            best = objective.best(state.ordered)
            if best is not None and components.spec.final is not None:
                FinalTraining(
                    id=folder.id,
                    best=best,
                    journal=journal,
                    engine=engine,
                    objective=objective,
                    seeds=components.spec.final.seeds,
                    retries=execution.retries,
                    observer=observer,
                ).run(stop)
    finally:
        engine.close()
        observer.on_end()
    if best is None:
        ended = [trial for trial in state.ordered if trial.has_ended]
        message = "the budget allows no trial"
        if ended:
            last = ended[-1]
            message = (
                f"none of {len(ended)} trials has a result; the last, trial {last.number} {last.status}: {last.reason}"
            )
        raise SweepFailedError(message, sweep=folder.id)
    journal.add("over")
    importances = compute_importances(components.space, state.ordered, objective, seed=components.spec.seed)
    result = replace(outcome(folder, record, components, state), importances=importances)
    folder.write_text(files.BEST, best_text(components.spec, best, folder.id))
    write_sweep_report(result, write_text=folder.write_text, write_bytes=folder.write_bytes)
    return Sweep(path=folder.path, outcome=result, seconds=time.perf_counter() - clock, warnings=warnings)
