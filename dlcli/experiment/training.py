"""Train a config, or go on with a run."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dlcli import runs
from dlcli.build import (
    Experiment,
    build_early_stopping,
    build_experiment,
    build_optimizer,
    build_settings,
    build_weight_average,
    located,
)
from dlcli.errors import DataError
from dlcli.experiment.conclusion import conclude
from dlcli.experiment.results import Run
from dlcli.runs import RunFolder, RunRecord, files, recording
from dlcli.spec import Overrides, load_spec
from dlcli.training import CheckpointStore, Observer, Trainer, TrainingSummary, check_epochs_left, check_resumable


def train(
    config: str | Path,
    *,
    overrides: Overrides = (),
    runs_dir: str | Path = "runs",
    observer: Observer | None = None,
) -> Run:
    """Train a model from a config file.

    Args:
        config: the YAML file.
        overrides: `key=VALUE` texts, or key → value, that replace what the file says.
        runs_dir: where the run's folder is made.
        observer: is told how it goes.

    Raises:
        InvalidConfigError: with every mistake of the config.
        DataError: the data is missing or not what the config says.
        DivergedError: a loss or a gradient was not finite.
        RunInterruptedError: SIGINT or SIGTERM, after a checkpoint.
        StorageError: the folder cannot be written.
    """
    clock = time.perf_counter()
    spec = load_spec(config, overrides)
    experiment = build_experiment(spec)
    folder = RunFolder.create(Path(runs_dir), spec.name)
    record = RunRecord.begin(
        id=folder.id,
        name=spec.name,
        seed=spec.seed,
        command=sys.argv,
        data=experiment.data.fingerprint,
        config_folder=spec.file.parent,
    )
    with recording(folder, record) as session:
        write_inputs(experiment, folder)
        summary = build_trainer(experiment, folder, observer).run()
        run = _concluded(experiment, folder, summary, clock)
        session.metrics = run.metrics
    return run


def resume(
    run: str | Path,
    *,
    epochs: int | None = None,
    overrides: Overrides = (),
    runs_dir: str | Path = "runs",
    observer: Observer | None = None,
) -> Run:
    """Go on with a run from its newest checkpoint, to the same bits as if it had never stopped.

    Args:
        run: the run's folder, its name, or the beginning of it.
        epochs: train up to this many in all; None = as the config says.
        overrides: of what may change, such as `training.epochs`.
        runs_dir: the folder that names are looked for in.
        observer: is told how it goes.

    Raises:
        ConfigError: there is no such run, another process trains it, nothing is left to do, or an override would
            change what the epochs so far have led to.
        DataError: the data is missing or has changed.
        StorageError: the folder cannot be written, or no checkpoint is intact.
    """
    clock = time.perf_counter()
    folder = runs.find(Path(runs_dir), str(run))
    resolved = folder.path / files.RESOLVED_CONFIG
    before = load_spec(resolved)
    changes: Overrides = overrides
    if epochs is not None:
        changes = (
            {**overrides, "training.epochs": epochs}
            if isinstance(overrides, Mapping)
            else [*overrides, f"training.epochs={epochs}"]
        )
    spec = load_spec(resolved, changes)
    check_resumable(before.resolved(), spec.resolved())
    record = folder.record()
    last = CheckpointStore(folder.checkpoints).pointer("last")
    if record.status == "done" and last is not None:
        check_epochs_left(run=folder.id, finished=last["epoch"], epochs=spec.training.epochs)
    experiment = build_experiment(spec)
    check_same_data(folder, record, experiment.data.fingerprint)
    with recording(folder, record.resume(sys.argv)) as session:
        folder.write_text(files.RESOLVED_CONFIG, spec.to_yaml())
        summary = build_trainer(experiment, folder, observer).resume()
        finished = _concluded(experiment, folder, summary, clock)
        session.metrics = finished.metrics
    return finished


def build_trainer(experiment: Experiment, folder: RunFolder, observer: Observer | None) -> Trainer:
    """What trains an experiment in a run folder."""
    spec = experiment.spec
    with located(spec):
        return Trainer(
            model=experiment.model,
            task=experiment.task,
            splits=experiment.data.splits,
            optimizer=build_optimizer(spec),
            metrics=experiment.metrics,
            selection=experiment.selection,
            settings=build_settings(spec),
            folder=folder,
            generators=experiment.generators,
            early_stopping=build_early_stopping(spec, experiment.metrics, experiment.selection),
            average=build_weight_average(spec),
            augmenter=experiment.augmenter,
            observers=() if observer is None else (observer,),
        )


def write_inputs(experiment: Experiment, folder: RunFolder) -> None:
    """Everything that the run can be repeated and its model used from."""
    spec, data = experiment.spec, experiment.data
    folder.write_text(files.CONFIG, spec.source_text)
    folder.write_text(files.RESOLVED_CONFIG, spec.to_yaml())
    folder.write_json(files.OVERRIDES, spec.overrides)
    folder.write_json(files.PREPROCESSING, data.preprocessor.to_json())
    folder.write_json(files.GRAPH, graph_document(experiment))
    folder.write_arrays(files.SPLITS, data.indices)
    for warning in data.warnings:
        folder.log(warning, "WARNING")


def graph_document(experiment: Experiment) -> dict[str, Any]:
    """The model as data: its nodes with options, shapes and sizes."""
    model = experiment.model
    nodes = [
        asdict(summary) | {"options": node.options} for node, summary in zip(model.nodes, model.summary(), strict=True)
    ]
    return {"input_shape": model.input_shape, "output": model.output, "nodes": nodes}


def check_same_data(folder: RunFolder, record: RunRecord, fingerprint: Mapping[str, str]) -> None:
    """Refuse data that is not the data of the run.

    Raises:
        DataError: a file has changed, is missing or is new.
    """
    for name in sorted({*record.data, *fingerprint}):
        if record.data.get(name) != fingerprint.get(name):
            raise DataError(f"is not what it was when run {folder.id} was trained; its SHA-256 differs", file=name)


def _concluded(experiment: Experiment, folder: RunFolder, summary: TrainingSummary, clock: float) -> Run:
    result, assessment = conclude(experiment, folder, summary)
    return Run(
        path=folder.path,
        status="done",
        metrics=result.metrics,
        seconds=time.perf_counter() - clock,
        result=result,
        assessment=assessment,
        broken=summary.best.broken,
        warnings=experiment.data.warnings,
    )
