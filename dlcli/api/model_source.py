"""The source of a model's weights: the best weights of a run, or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli import runs
from dlcli.api.loaded_model import LoadedModel
from dlcli.api.weights_file import read_weights_file
from dlcli.core import ConfigError, DataError, StorageError, under
from dlcli.data import sha256
from dlcli.spec import is_path
from dlcli.training import CheckpointStore


@dataclass(frozen=True)
class Source:
    """Weights to start from.

    Args:
        path: Absolute path of the run's folder, or of the file.
        sha256: SHA-256 of the file with the weights.
        state: Arrays by name.
        run: Model of the weights, with its config and preprocessing; None for a file.
    """

    path: Path
    sha256: str
    state: Mapping[str, np.ndarray]
    run: LoadedModel | None

    @property
    def name(self) -> str:
        return f"run {self.path.name}" if self.run is not None else self.path.name


def read_source(text: str, runs_dir: Path) -> Source:
    """Read the weights that `model.from` names.

    Args:
        text: File of weights, or a run as a folder, an id, a prefix of an id, or a name (the newest finished
            run of that name).
        runs_dir: Folder in which runs are looked up.

    Raises:
        ConfigError: The run or file does not exist, the run has no weights yet, or the file has another format.
        DataError: The file is damaged.
    """
    path = Path(text)
    if is_path(text) and not path.is_dir():
        state, checksum = read_weights_file(path)
        return Source(path.absolute(), checksum, state, None)
    with under("model.from"):
        folder = runs.find(runs_dir, text)
    store = CheckpointStore(folder.checkpoints)
    try:
        loaded = LoadedModel(folder)
        best = store.pointer("best")
    except StorageError as error:
        raise ConfigError(f"run {folder.id} has no usable weights: {error}", key="model.from") from error
    assert best is not None, "the best weights have been read"
    checksum = sha256(folder.checkpoints / best["checkpoint"] / "weights.safetensors")
    return Source(folder.path.absolute(), checksum, loaded.model.state_dict(), loaded)


def check_unchanged(source: Source, expected: str | None) -> None:
    """Check that the weights are those a run began with.

    Args:
        source: Weights that were read.
        expected: SHA-256 of the file when the run began; None if it was not recorded.

    Raises:
        DataError: The file has changed.
    """
    if expected is not None and source.sha256 != expected:
        raise DataError(
            "has changed since the run began: the SHA-256 differs", code="changed_data", file=str(source.path)
        )
