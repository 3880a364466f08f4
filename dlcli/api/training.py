"""Train a config, or go on with a run."""

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
    located,
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
        config: the YAML file.
        overrides: `key=VALUE` texts, or key → value, that replace what the file says.
        runs_dir: where the run's folder is made.
        observer: is told how it goes.

    Raises:
        InvalidConfigError: with every mistake of the config.
        DataError: the data is missing or not what the config says.
        DivergedError: a loss or a gradient was not finite.
        RunInterruptedError: SIGINT, SIGTERM or SIGHUP, after a checkpoint.
        StorageError: the folder cannot be written.
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
        run: a run as `dlcli.runs.find` finds it: folder, id, beginning of the id, or name (then the newest).
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
    folder = runs.find(Path(runs_dir), str(run), is_done=False)
    with folder.locked():  # before anything is read: what another process is about to change is of no use
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
            finished = _concluded(experiment, folder, summary, clock)
            session.metrics = finished.metrics
    return finished


def _changed_spec(folder: RunFolder, epochs: int | None, overrides: Overrides) -> Spec:
    """The config of a run with what is to change.

    Raises:
        InvalidConfigError: something is to change that would have led to other weights.
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
    """Write the config that a run resumes with; while it is replaced, the record has no checksum of it."""
    text, checksums = spec.to_yaml().encode(), session.record.files
    if checksums and checksums.get(files.RESOLVED_CONFIG) != checksum(text):
        others = {name: known for name, known in checksums.items() if name != files.RESOLVED_CONFIG}
        folder.write_record(replace(session.record, files=others))
        session.record = replace(session.record, files={**checksums, files.RESOLVED_CONFIG: checksum(text)})
    folder.write_bytes(files.RESOLVED_CONFIG, text)
    folder.write_record(session.record)


def _restore_frozen(experiment: Experiment, folder: RunFolder) -> None:
    """Give the model the weights of a checkpoint: its frozen layers, the same in all, are needed before the rest."""
    store = CheckpointStore(folder.checkpoints)
    intact = next((name for name in reversed(store.names()) if store.is_intact(name)), None)
    if intact is not None:  # else the trainer says so
        experiment.model.load_state_dict(store.load_weights(intact))


def build_trainer(
    experiment: Experiment, folder: RunFolder, observer: Observer | None, *, keep_features: bool = True
) -> Trainer:
    """What trains an experiment in a run folder.

    Args:
        experiment: its model has the weights to begin with, unless a checkpoint has others.
        folder: of the run.
        observer: is told how it goes.
        keep_features: compute what a frozen trunk makes of the examples once, not in every epoch.
    """
    spec = experiment.spec
    model, splits = experiment.model, experiment.data.splits
    if assign_roles(experiment) is not None and keep_features and experiment.augmenter is None:
        features = _features(experiment, folder)
        if features is not None:
            model, splits = features.model, features.splits
    with located(spec):
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
    """What the frozen trunk makes of the examples, and a line in the log about it."""
    clock = time.perf_counter()
    batch_size = evaluation_batch_size(experiment.spec, experiment.data.preprocessor)
    found = compute_features(experiment.model, experiment.data.splits, batch_size=batch_size)
    if found is not None:
        place = "in memory" if found.in_memory else "in a temporary file"
        seconds, size = formatting.duration(time.perf_counter() - clock), formatting.byte_size(found.bytes)
        folder.log(
            f"the layers up to {found.trunk_end} are frozen; what they make of the examples was computed in "
            f"{seconds} and is kept {place} ({size})"
        )
    return found


def create_folder(path: Path, record: RunRecord, contents: Mapping[str, bytes], *, durable: bool = True) -> RunFolder:
    """Create the folder of a new run with its record and its inputs in one step: a kill leaves all or nothing.

    Args:
        path: Path of the folder.
        record: Record of the run.
        contents: Input files of the run by name, as `inputs` returns them.
        durable: Whether to wait until the files are on the disk.
    """
    return RunFolder.create_at(path, {**contents, files.RECORD: record.to_bytes()}, durable=durable)


def input_checksums(contents: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each input file that the model depends on, for `run.json`."""
    return {name: checksum(contents[name]) for name in files.INPUTS}


def inputs(experiment: Experiment) -> dict[str, bytes]:
    """The files that the run can be repeated and its model used from."""
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
    """Write into the log what is to know about the data, and where the weights come from."""
    for warning in experiment.data.warnings:
        folder.log(warning, "WARNING")
    for line in origins:
        folder.log(line)


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
            raise DataError(
                f"is not what it was when run {folder.id} was trained; its SHA-256 differs",
                code="changed_data",
                file=name,
            )


def _concluded(experiment: Experiment, folder: RunFolder, summary: TrainingSummary, clock: float) -> Run:
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
