"""The folder of a new run: its record, the files from which it can be repeated, and the first lines of its log."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dlcli.api.computing import computing
from dlcli.assembly import Experiment, WeightOrigin
from dlcli.runs import RunFolder, RunRecord, as_json, as_npz, checksum, files, relative_data_folder


def create_run(
    path: Path,
    experiment: Experiment,
    origin: WeightOrigin,
    contents: Mapping[str, bytes],
    *,
    git_commit: str | None,
    durable: bool = True,
) -> tuple[RunFolder, RunRecord]:
    """Create the folder of a new run with its record and its inputs, atomically.

    Args:
        path: Path of the folder.
        experiment: Experiment of the run.
        origin: Origin of the initial weights.
        contents: Input files of the run by name, as `inputs` returns them.
        git_commit: Commit of the config's folder; None without a repository.
        durable: Whether to wait until the files are on the disk.
    """
    spec = experiment.spec
    record = RunRecord.begin(
        id=path.name,
        name=spec.name,
        seed=spec.seed,
        command=sys.argv,
        data=experiment.data.fingerprint,
        git_commit=git_commit,
        data_folder=relative_data_folder(path, spec.data.path),
        initial_weights=origin.record,
        components=spec.components,
        files=input_checksums(contents),
        compute=computing(),
    )
    return RunFolder.create_at(path, {**contents, files.RECORD: record.to_bytes()}, durable=durable), record


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


def input_checksums(contents: Mapping[str, bytes]) -> dict[str, str]:
    """Compute the SHA-256 of each input file that the model depends on, for `run.json`."""
    return {name: checksum(contents[name]) for name in files.INPUTS}


def graph_document(experiment: Experiment) -> dict[str, Any]:
    """Return the model as a JSON document: its inputs, its outputs, and its nodes with options, shapes and sizes."""
    model = experiment.model
    nodes = [
        asdict(summary) | {"options": node.options} for node, summary in zip(model.nodes, model.summary(), strict=True)
    ]
    has_one = len(model.input_shapes) == len(model.main_outputs) == 1
    short = {"input_shape": model.input_shape, "output": model.output} if has_one else {}
    return {**short, "inputs": model.input_shapes, "outputs": model.outputs, "nodes": nodes}


def log_origin(experiment: Experiment, folder: RunFolder, origin: WeightOrigin) -> None:
    """Log the warnings about the data, and the origin of the initial weights."""
    for warning in experiment.data.warnings:
        folder.log(warning, "WARNING")
    for line in origin.lines:
        folder.log(line)
