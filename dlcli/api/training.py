"""Training of a config, and resuming of a run.

All steps of a training are calls in this file, in this order:

    spec → data → task → graph → initial weights → run folder → training → evaluation → report

A resumed run takes the same steps with the config and the preprocessing that it stored, in the folder that it has; its
weights are restored instead of initialized.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from dlcli import runs
from dlcli.api.computing import computing
from dlcli.api.conclusion import evaluate_splits, write_results
from dlcli.api.data_fingerprint import check_same_data
from dlcli.api.initial_weights import initial_weights
from dlcli.api.loaded_model import stored_preprocessor
from dlcli.api.new_run import create_run, inputs, log_origin
from dlcli.api.run_results import Run
from dlcli.api.stored_spec import changed_spec, replace_config
from dlcli.api.trainer import build_trainer
from dlcli.assembly import (
    TRAINER_ARGUMENTS,
    Experiment,
    InitialWeights,
    WeightOrigin,
    build_data,
    build_model,
    build_task,
    check_epochs_left,
    complete_experiment,
    locate_errors,
)
from dlcli.core import Generators, under
from dlcli.data import Data, OnRead, Preprocessor
from dlcli.diagnosis import Assessment, TrainingResult
from dlcli.runs import RunFolder, RunRecord, git_commit, prepare_path, recording
from dlcli.spec import Overrides, Spec, load_spec
from dlcli.training import CheckpointStore, Observer, TrainingSummary


class ReadData(Protocol):
    """Function that reads the data of a config, such as `build_data`."""

    def __call__(self, spec: Spec, *, pretrained: Preprocessor | None, on_read: OnRead | None) -> Data:
        """Read the splits and preprocess them."""


def train(
    config: str | Path,
    *,
    overrides: Overrides = (),
    runs_dir: str | Path = "runs",
    observer: Observer | None = None,
) -> Run:
    """Train a model from a config file.

    Args:
        config: YAML file.
        overrides: Overrides of the file, as `key=VALUE` texts or as a mapping of keys to values.
        runs_dir: Folder in which the run's folder is created.
        observer: Observer of the training's events.

    Raises:
        InvalidConfigError: The config is invalid; the error lists every mistake.
        DataError: The data is missing or does not match the config.
        DivergedError: A loss or a gradient was not finite.
        RunInterruptedError: SIGINT, SIGTERM or SIGHUP was received; a checkpoint was written.
        StorageError: The folder cannot be written.
    """
    clock = time.perf_counter()
    spec = load_spec(config, overrides)
    on_read = None if observer is None else observer.on_read
    experiment, origin = start(spec, runs_dir=Path(runs_dir), on_read=on_read)  # data → task → graph → initial weights
    path = prepare_path(Path(runs_dir), spec.name)
    folder, record = create_run(path, experiment, origin, inputs(experiment), git_commit=git_commit(spec.file.parent))
    with folder.locked(), recording(folder, record) as session:
        log_origin(experiment, folder, origin)
        trainer = build_trainer(experiment, folder, observer)
        with under("training", TRAINER_ARGUMENTS):
            summary = trainer.train()
        evaluated = evaluate_splits(experiment)
        result, assessment = write_results(experiment, folder, summary, evaluated)
        session.metrics = result.metrics
    return _finished(folder, experiment, summary, result, assessment, clock)


def resume(
    run: str | Path,
    *,
    epochs: int | None = None,
    overrides: Overrides = (),
    runs_dir: str | Path = "runs",
    observer: Observer | None = None,
) -> Run:
    """Resume a run from its newest checkpoint, bit for bit as if it had not been interrupted.

    Args:
        run: Run, as a folder, an id, a prefix of an id, or a name (the newest run of that name).
        epochs: Total number of epochs; None for the number in the config.
        overrides: Changes of options that may change, such as `training.epochs`.
        runs_dir: Folder in which runs are looked up.
        observer: Observer of the training's events.

    Raises:
        ConfigError: The run does not exist, is in use by another process or is already finished, or an override
            contradicts the epochs trained so far.
        DataError: The data is missing or has changed.
        StorageError: The folder cannot be written, or no checkpoint is intact.
    """
    clock = time.perf_counter()
    folder = runs.find(Path(runs_dir), str(run), is_done=False)
    with folder.locked():  # before reading files that another process may be about to change
        spec, before = changed_spec(folder, epochs, overrides), folder.record()
        _check_unfinished(folder, before, spec)
        on_read = None if observer is None else observer.on_read
        experiment = rebuild(spec, folder, runs_dir=Path(runs_dir), on_read=on_read)  # data → task → graph
        check_same_data(folder, before, experiment.data.fingerprint)
        _restore_weights(experiment, folder, before)
        record = before.resume(sys.argv, compute=computing())
        changes = [f"{change}: the result may differ in its last bits" for change in before.differences(record)]
        experiment = _with_warnings(experiment, changes)
        with recording(folder, record) as session:
            for change in changes:
                folder.log(change, "WARNING")
            replace_config(folder, session, spec)
            trainer = build_trainer(experiment, folder, observer)
            with under("training", TRAINER_ARGUMENTS):
                summary = trainer.resume()
            evaluated = evaluate_splits(experiment)
            result, assessment = write_results(experiment, folder, summary, evaluated)
            session.metrics = result.metrics
    return _finished(folder, experiment, summary, result, assessment, clock)


def start(
    spec: Spec,
    *,
    runs_dir: Path,
    dtype: type[np.floating[Any]] = np.float32,
    on_read: OnRead | None = None,
    read_data: ReadData = build_data,
) -> tuple[Experiment, WeightOrigin]:
    """Build the experiment that a config describes, with its initial weights.

    Args:
        spec: Config; the options that it omits and the source of its initial weights determines are filled in.
        runs_dir: Folder in which the run is looked up whose weights the model starts from.
        dtype: Type of the parameters.
        on_read: Callback for the progress of reading many files.
        read_data: Function that reads the data.

    Returns:
        The experiment, and the origin of its weights.

    Raises:
        ConfigError: The source of the weights is missing or does not fit the model, or the experiment cannot be built.
        DataError: The data or a file of weights is missing or damaged.
    """
    with locate_errors(spec):
        weights = initial_weights(spec, runs_dir=runs_dir)
        spec = weights.complete_spec(spec)
        data = read_data(spec, pretrained=weights.preprocessor, on_read=on_read)
        spec = weights.adapt_spec(spec, data)
        experiment = _assemble(spec, data, weights, dtype)
        origin = weights.initialize(experiment)
    return _with_warnings(experiment, origin.warnings), origin


def rebuild(spec: Spec, folder: RunFolder, *, runs_dir: Path, on_read: OnRead | None = None) -> Experiment:
    """Build the experiment of a run; its model has random weights, in place of which the caller loads those of the run.

    Args:
        spec: Config of the run.
        folder: Folder of the run.
        runs_dir: Folder in which the run is looked up whose weights the model started from.
        on_read: Callback for the progress of reading many files.
    """
    preprocessor = stored_preprocessor(folder)
    with locate_errors(spec):
        data = build_data(spec, pretrained=preprocessor, on_read=on_read)
        return _assemble(spec, data, initial_weights(spec, runs_dir=runs_dir))


def _assemble(
    spec: Spec, data: Data, weights: InitialWeights, dtype: type[np.floating[Any]] = np.float32
) -> Experiment:
    """Build the task, the graph and the measures for data that has been read."""
    generators = Generators(spec.seed)
    task = build_task(spec, data.preprocessor.targets)
    model = build_model(spec, data.preprocessor, task, generators=generators, dtype=dtype)
    return complete_experiment(spec, data, task, model, generators, weights)


def _restore_weights(experiment: Experiment, folder: RunFolder, record: RunRecord) -> None:
    """Restore the weights that the trainer does not load from a checkpoint."""
    checkpoints = CheckpointStore(folder.checkpoints)
    if checkpoints.names():
        experiment.initial_weights.restore(experiment, checkpoints)
    else:
        experiment.initial_weights.restart(experiment, record.initial_weights)


def _check_unfinished(folder: RunFolder, record: RunRecord, spec: Spec) -> None:
    """Check that a run has epochs left."""
    last = CheckpointStore(folder.checkpoints).pointer("last")
    if record.status == "done" and last is not None:
        check_epochs_left(run=folder.id, finished=last["epoch"], epochs=spec.training.epochs)


def _with_warnings(experiment: Experiment, warnings: Iterable[str]) -> Experiment:
    """Return an experiment with further warnings about its data."""
    return replace(experiment, data=replace(experiment.data, warnings=(*experiment.data.warnings, *warnings)))


def _finished(
    folder: RunFolder,
    experiment: Experiment,
    summary: TrainingSummary,
    result: TrainingResult,
    assessment: Assessment,
    clock: float,
) -> Run:
    return Run(
        path=folder.path,
        status="done",
        metrics=result.metrics,
        seconds=time.perf_counter() - clock,
        result=result,
        assessment=assessment,
        violated=summary.best.violated,
        warnings=(*experiment.data.warnings, *summary.warnings),
    )
