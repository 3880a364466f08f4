"""Where a model's weights come from: the best ones of a run, or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli import runs
from dlcli.api.loaded_model import LoadedModel
from dlcli.api.weights_file import read_weights_file
from dlcli.core import ConfigError, DataError, StorageError
from dlcli.data import sha256
from dlcli.runs import RunFolder
from dlcli.spec import is_path
from dlcli.training import CheckpointStore


@dataclass(frozen=True)
class Source:
    """Weights to start from.

    Args:
        path: absolute: the run's folder, or the file.
        sha256: of the file that the weights are in.
        state: arrays by name.
        run: the model they are the weights of, with its config and preprocessing; None for a file.
    """

    path: Path
    sha256: str
    state: Mapping[str, np.ndarray]
    run: LoadedModel | None

    @property
    def name(self) -> str:
        return f"run {self.path.name}" if self.run is not None else self.path.name


def read_source(text: str, runs_dir: Path) -> Source:
    """The weights that `model.from` names.

    Args:
        text: a file, or a run's folder, id, beginning of its id, or name (then the newest of that name that is done).
        runs_dir: the folder that runs are looked for in.

    Raises:
        ConfigError: there is no such run or file, it has no weights yet, or is no file of weights.
        DataError: the file is damaged.
    """
    path = Path(text)
    if is_path(text) and not path.is_dir():
        state, checksum = read_weights_file(path)
        return Source(path.absolute(), checksum, state, None)
    folder = _find_run(text, runs_dir)
    store = CheckpointStore(folder.checkpoints)
    try:
        loaded = LoadedModel(folder)
        best = store.pointer("best")
    except StorageError as error:
        raise ConfigError(f"run {folder.id} has no weights that can be used: {error}", key="model.from") from error
    assert best is not None, "the best weights have been read"
    checksum = sha256(folder.checkpoints / best["checkpoint"] / "weights.safetensors")
    return Source(folder.path.absolute(), checksum, loaded.model.state_dict(), loaded)


def _find_run(text: str, runs_dir: Path) -> RunFolder:
    try:
        return runs.find(runs_dir, text)
    except ConfigError as error:
        raise ConfigError(error.message, key="model.from") from None


def check_unchanged(source: Source, expected: str | None) -> None:
    """Refuse weights that are not those a run began with.

    Raises:
        DataError: the file has changed.
    """
    if expected is not None and source.sha256 != expected:
        raise DataError(
            "is not what it was when the run began; its SHA-256 differs", code="changed_data", file=str(source.path)
        )
