"""Training of a config, and resuming of a run."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from dlcli import runs
from dlcli.api.computing import computing
from dlcli.api.conclusion import conclude
from dlcli.api.loaded_model import stored_preprocessor
from dlcli.api.run_results import Run
from dlcli.api.sample_writer import sample_writers
from dlcli.api.stored_spec import load_stored_spec
from dlcli.api.transfer import assign_roles, restart_transfer, resume_transfer, start
from dlcli.api.word_vectors import start_from_vectors
from dlcli.assembly import (
    TRAINER_ARGUMENTS,
    Experiment,
    build_early_stopping,
    build_optimizer,
    check_epochs_left,
    check_resumable,
    evaluation_batch_size,
    locate_errors,
)
from dlcli.core import DataError, formatting, under
from dlcli.metrics import LATENCY
from dlcli.runs import (
    RunFolder,
    RunRecord,
    Session,
    as_json,
    as_npz,
    checksum,
    files,
    git_commit,
    prepare_path,
    recording,
    relative_data_folder,
)
from dlcli.spec import Overrides, Spec, load_spec
from dlcli.training import (
    CheckpointStore,
    Features,
    Observer,
    Trainer,
    TrainingSummary,
    compute_features,
    median_latency_ms,
)


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
    experiment, transfer = start(
        load_spec(config, overrides), runs_dir=Path(runs_dir), on_read=None if observer is None else observer.on_read
    )
    origins = start_from_vectors(experiment) if transfer is None else [*transfer.lines()]
    spec = experiment.spec
    path = prepare_path(Path(runs_dir), spec.name)
    contents = inputs(experiment)
    record = RunRecord.begin(
        id=path.name,
        name=spec.name,
        seed=spec.seed,
        command=sys.argv,
        data=experiment.data.fingerprint,
        git_commit=git_commit(spec.file.parent),
        data_folder=relative_data_folder(path, spec.data.path),
        initial_weights=None if transfer is None else transfer.to_json(),
        components=spec.components,
        files=input_checksums(contents),
        compute=computing(),
    )
    folder = create_folder(path, record, contents)
    with folder.locked(), recording(folder, record) as session:
        log_origins(experiment, folder, origins)
        trainer = build_trainer(experiment, folder, observer)
        with under("training", TRAINER_ARGUMENTS):
            summary = trainer.train()
        run = _conclude(experiment, folder, summary, clock)
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
    """Resume a run from its newest checkpoint, to the same bits as a run without interruption.

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
        spec = _changed_spec(folder, epochs, overrides)
        before = folder.record()
        last = CheckpointStore(folder.checkpoints).pointer("last")
        if before.status == "done" and last is not None:
            check_epochs_left(run=folder.id, finished=last["epoch"], epochs=spec.training.epochs)
        experiment = resume_transfer(
            spec, stored_preprocessor(folder), on_read=None if observer is None else observer.on_read
        )
        check_same_data(folder, before, experiment.data.fingerprint)
        if not CheckpointStore(folder.checkpoints).names():
            restart_transfer(experiment, runs_dir=Path(runs_dir), sha256=(before.initial_weights or {}).get("sha256"))
        elif spec.model.transfer is not None:
            _restore_frozen(experiment, folder)
        record = before.resume(sys.argv, compute=computing())
        changes = [f"{change}: the result may differ in its last bits" for change in before.differences(record)]
        data = replace(experiment.data, warnings=(*experiment.data.warnings, *changes))
        experiment = replace(experiment, data=data)
        with recording(folder, record) as session:
            for change in changes:
                folder.log(change, "WARNING")
            _replace_config(folder, session, spec)
            trainer = build_trainer(experiment, folder, observer)
            with under("training", TRAINER_ARGUMENTS):
                summary = trainer.resume()
            finished = _conclude(experiment, folder, summary, clock)
            session.metrics = finished.metrics
    return finished


def _changed_spec(folder: RunFolder, epochs: int | None, overrides: Overrides) -> Spec:
    """Return the config of a run with the changes for resuming.

    Raises:
        InvalidConfigError: A change would have led to other weights.
    """
    folder.verify(files.INPUTS)
    before = load_stored_spec(folder)
    changes: Overrides = overrides
    if epochs is not None:
        changes = (
            {**overrides, "training.epochs": epochs}
            if isinstance(overrides, Mapping)
            else [*overrides, f"training.epochs={epochs}"]
        )
    spec = load_stored_spec(folder, changes)
    check_resumable(before.resolved(), spec.resolved())
    return spec


def _replace_config(folder: RunFolder, session: Session, spec: Spec) -> None:
    """Write the config that a run resumes with; the record has no checksum of it while it is replaced."""
    text, checksums = spec.to_yaml().encode(), session.record.files
    if checksums and checksums.get(files.RESOLVED_CONFIG) != checksum(text):
        others = {name: sha256 for name, sha256 in checksums.items() if name != files.RESOLVED_CONFIG}
        folder.write_record(replace(session.record, files=others))
        session.record = replace(session.record, files={**checksums, files.RESOLVED_CONFIG: checksum(text)})
    folder.write_bytes(files.RESOLVED_CONFIG, text)
    folder.write_record(session.record)


def _restore_frozen(experiment: Experiment, folder: RunFolder) -> None:
    """Load a checkpoint into the model: its frozen layers, the same in all checkpoints, are needed early."""
    store = CheckpointStore(folder.checkpoints)
    intact = next((name for name in reversed(store.names()) if store.is_intact(name)), None)
    if intact is not None:  # otherwise the trainer raises
        experiment.model.load_state_dict(store.load_weights(intact))


def build_trainer(
    experiment: Experiment, folder: RunFolder, observer: Observer | None, *, keep_features: bool = True
) -> Trainer:
    """Build the trainer of an experiment.

    Args:
        experiment: Experiment whose model has the initial weights, unless it resumes from a checkpoint.
        folder: Folder of the run.
        observer: Observer of the training's events.
        keep_features: Whether to compute the features of a frozen trunk once instead of in every epoch.
    """
    spec = experiment.spec
    model, splits = experiment.model, experiment.data.splits
    if assign_roles(experiment) is not None and keep_features and experiment.augmenter is None:
        features = _features(experiment, folder)
        if features is not None:
            model, splits = features.model, features.splits
    with locate_errors(spec):
        optimizer = build_optimizer(spec)
        early_stopping = build_early_stopping(spec, experiment.metrics, experiment.selection)
        observers = [*sample_writers(experiment, folder), *([] if observer is None else [observer])]
        with under("training", TRAINER_ARGUMENTS):
            trainer = Trainer(
                model=model,
                task=experiment.task,
                splits=splits,
                optimizer=optimizer,
                metrics=experiment.metrics,
                selection=experiment.selection,
                settings=spec.training,
                regularization=spec.regularization,
                evaluation_batch_size=evaluation_batch_size(spec, experiment.data.preprocessor),
                folder=folder,
                generators=experiment.generators,
                early_stopping=early_stopping,
                augmenter=experiment.augmenter,
                observers=observers,
            )
    if model is not experiment.model and LATENCY in experiment.selection.constraints:
        trainer.state.latency_ms = median_latency_ms(experiment.model, experiment.data.splits["train"])
    return trainer


def _features(experiment: Experiment, folder: RunFolder) -> Features | None:
    """Compute the features of the frozen trunk and log it; None if no trunk is frozen."""
    clock = time.perf_counter()
    batch_size = evaluation_batch_size(experiment.spec, experiment.data.preprocessor)
    features = compute_features(experiment.model, experiment.data.splits, batch_size=batch_size)
    if features is not None:
        place = "in memory" if features.in_memory else "in a temporary file"
        seconds, size = formatting.duration(time.perf_counter() - clock), formatting.byte_size(features.bytes)
        folder.log(
            f"the layers up to {features.trunk_end} are frozen; their features were computed in {seconds} and are "
            f"kept {place} ({size})"
        )
    return features


def create_folder(path: Path, record: RunRecord, contents: Mapping[str, bytes], *, durable: bool = True) -> RunFolder:
    """Create the folder of a new run with its record and its inputs, atomically.

    Args:
        path: Path of the folder.
        record: Record of the run.
        contents: Input files of the run by name, as `inputs` returns them.
        durable: Whether to wait until the files are on the disk.
    """
    return RunFolder.create_at(path, {**contents, files.RECORD: record.to_bytes()}, durable=durable)


def input_checksums(contents: Mapping[str, bytes]) -> dict[str, str]:
    """Compute the SHA-256 of each input file that the model depends on, for `run.json`."""
    return {name: checksum(contents[name]) for name in files.INPUTS}


def inputs(experiment: Experiment) -> dict[str, bytes]:
    """Return the files from which the run can be repeated and its model used, by name."""
    spec, data = experiment.spec, experiment.data
    return {
        files.CONFIG: spec.source_text.encode(),
        files.RESOLVED_CONFIG: spec.to_yaml().encode(),
        files.OVERRIDES: as_json(spec.overrides),
        files.PREPROCESSING: as_json(data.preprocessor.to_json()),
        files.GRAPH: as_json(graph_document(experiment)),
        files.SPLITS: as_npz(data.indices),
    }


def log_origins(experiment: Experiment, folder: RunFolder, origins: Iterable[str]) -> None:
    """Log the warnings about the data, and the origins of the weights."""
    for warning in experiment.data.warnings:
        folder.log(warning, "WARNING")
    for line in origins:
        folder.log(line)


def graph_document(experiment: Experiment) -> dict[str, Any]:
    """Return the model as a JSON document: its nodes with options, shapes and sizes."""
    model = experiment.model
    nodes = [
        asdict(summary) | {"options": node.options} for node, summary in zip(model.nodes, model.summary(), strict=True)
    ]
    return {"input_shape": model.input_shape, "output": model.output, "nodes": nodes}


def check_same_data(folder: RunFolder, record: RunRecord, fingerprint: Mapping[str, str]) -> None:
    """Check that the data is the data of the run.

    Args:
        folder: Folder of the run.
        record: Record with the SHA-256 of each file of the data.
        fingerprint: SHA-256 of each file that was read.

    Raises:
        DataError: A file has changed, is missing or is new.
    """
    for name in sorted({*record.data, *fingerprint}):
        if record.data.get(name) != fingerprint.get(name):
            raise DataError(
                f"has changed since run {folder.id} was trained: the SHA-256 differs",
                code="changed_data",
                file=name,
            )


def _conclude(experiment: Experiment, folder: RunFolder, summary: TrainingSummary, clock: float) -> Run:
    result, assessment = conclude(experiment, folder, summary)
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
