"""Format of a checkpoint: a folder of three files with checksums.

    epoch-0007/
      weights.safetensors   weights for predictions: parameters (averaged, if the run averages them) and buffers
      state.safetensors     further arrays to resume training: optimizer state, averages, running outputs
      state.json            position, generators and best epoch so far; SHA-256 of the other files and of this state

No file is pickled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlcli.core import StorageError, dumps, loads
from dlcli.runs import read_bytes, storage

WEIGHTS = "weights.safetensors"
ARRAYS = "state.safetensors"
STATE = "state.json"
FILES = (WEIGHTS, ARRAYS, STATE)


@dataclass(frozen=True)
class Checkpoint:
    """Contents of a checkpoint.

    Args:
        weights: Parameters and buffers by dotted name.
        arrays: Arrays of the training state by name.
        state: Rest of the training state, which JSON can represent.
    """

    weights: Mapping[str, np.ndarray]
    arrays: Mapping[str, np.ndarray]
    state: Mapping[str, Any]


def encode(checkpoint: Checkpoint) -> dict[str, bytes]:
    """Return the contents of the files of a checkpoint by name."""
    weights, arrays = _encode_arrays(checkpoint.weights), _encode_arrays(checkpoint.arrays)
    state = dumps(checkpoint.state)
    sums = {
        WEIGHTS: storage.checksum(weights),
        ARRAYS: storage.checksum(arrays),
        STATE: storage.checksum(state.encode()),
    }
    # assembled as text, so that the state is encoded only once: a checkpoint is written after every epoch
    document = f'{{"sha256": {dumps(sums)},\n"state": {state}}}'
    return {WEIGHTS: weights, ARRAYS: arrays, STATE: document.encode()}


def read(folder: Path) -> Checkpoint:
    """Read and verify the checkpoint in `folder`.

    Raises:
        StorageError: A file is missing, truncated or modified; the error names the file.
    """
    state, sums = _read_state(folder)
    return Checkpoint(_read_arrays(folder / WEIGHTS, sums[WEIGHTS]), _read_arrays(folder / ARRAYS, sums[ARRAYS]), state)


def read_weights(folder: Path) -> dict[str, np.ndarray]:
    """Read and verify only the weights of the checkpoint in `folder`.

    Raises:
        StorageError: A file is missing, truncated or modified; the error names the file.
    """
    _, sums = _read_state(folder)
    return _read_arrays(folder / WEIGHTS, sums[WEIGHTS])


def _read_state(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    path = folder / STATE
    data = read_bytes(path)
    try:
        document = loads(data)
        state, sums = document["state"], document["sha256"]
        intact = storage.checksum(dumps(state).encode()) == sums[STATE] and {WEIGHTS, ARRAYS} <= sums.keys()
    except (ValueError, TypeError, KeyError, AttributeError):
        intact = False
    if not intact:
        raise StorageError("is damaged: its checksum does not match", file=str(path))
    return state, sums


def _encode_arrays(arrays: Mapping[str, np.ndarray]) -> bytes:
    from safetensors.numpy import save

    # safetensors 0.8.0 silently corrupts strided arrays; asarray keeps 0-d arrays 0-d, ascontiguousarray does not
    return save({name: np.asarray(array, order="C") for name, array in arrays.items()})


def _read_arrays(path: Path, expected_sum: str) -> dict[str, np.ndarray]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    data = read_bytes(path)
    if storage.checksum(data) != expected_sum:
        raise StorageError(f"is damaged: its checksum does not match the one in {STATE}", file=str(path))
    try:
        return load(data)
    except SafetensorError as error:
        raise StorageError(f"is not a valid safetensors file: {error}", file=str(path)) from error
