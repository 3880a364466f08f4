"""What a frozen trunk makes of every example, computed once: training then runs on the rest of the model alone.

The trunk works in evaluation mode whether its results are kept or not, so that the two ways lead to the same weights,
but for the rounding of another order of summation.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from dlcli.core import StorageError
from dlcli.data import Split, TransformedRows
from dlcli.nn import Graph, TrainableTail, evaluation_mode, trunk_end
from dlcli.training.epoch_evaluator import EVALUATED_SPLITS

#: bytes of features that are kept in memory; more go to a temporary file
IN_MEMORY = 2**30


@dataclass(frozen=True)
class Features:
    """The part of a model that is trained, and the splits as it sees them.

    Args:
        model: the nodes behind the trunk, with the weights of the whole model.
        splits: those that training looks at, their inputs replaced by the trunk's results.
        trunk_end: the node whose results these are.
        bytes: how large they are together.
        in_memory: whether they are in memory, not in a file.
    """

    model: TrainableTail
    splits: Mapping[str, Split]
    trunk_end: str
    bytes: int
    in_memory: bool


def compute_features(
    model: Graph, splits: Mapping[str, Split], *, batch_size: int, in_memory: int = IN_MEMORY
) -> Features | None:
    """The results of a model's frozen trunk for the training set and the splits that are watched.

    Args:
        model: with its weights, frozen where it is to be.
        splits: by name.
        batch_size: examples per forward pass.
        in_memory: bytes up to which the results are kept in memory.

    Returns:
        None where nothing would be gained: no trunk is frozen, or inputs are sequences.

    Raises:
        StorageError: there is no room for the temporary file.
    """
    end = trunk_end(model)
    wanted = {name: split for name, split in splits.items() if name in ("train", *EVALUATED_SPLITS)}
    if end is None or not all(isinstance(split.inputs, np.ndarray | TransformedRows) for split in wanted.values()):
        return None
    # The trunk gives the same result for an example in every epoch, so it is computed once, and training costs no more
    # than the tail.
    tail = TrainableTail(model, end)
    behind = {node.name for node in tail.nodes}
    before = [node for node in model.nodes if node.name not in behind]
    # Without a frozen layer there is nothing to save, e.g. where only a flatten comes before the first trained layer.
    if not any(model.layers[node.name].frozen for node in before):
        return None
    trunk = Graph(before, model.layers, model.shapes, end, model.dtype.type)
    shape = tail.input_shape
    size = sum(map(len, wanted.values())) * math.prod(shape) * model.dtype.itemsize
    kept = {}
    for name, split in wanted.items():
        # (N, *features of the trunk's last node)
        features = _room((len(split), *shape), model.dtype, in_memory=size <= in_memory)
        start = 0
        with evaluation_mode(trunk):
            for batch in split.batches(batch_size):
                features[start : start + len(batch)] = trunk.forward(batch.inputs).data
                start += len(batch)
        kept[name] = replace(split, inputs=features)
    return Features(tail, kept, end, size, size <= in_memory)


def _room(shape: tuple[int, ...], dtype: np.dtype[np.floating], *, in_memory: bool) -> np.ndarray:
    """An empty array; that of a file goes with the file when nobody uses it any more."""
    if in_memory:
        return np.empty(shape, dtype)
    try:
        with tempfile.TemporaryFile(prefix="dlcli-features-") as file:
            if hasattr(os, "posix_fallocate"):  # a full disk is found out now, not by a crash while writing
                os.posix_fallocate(file.fileno(), 0, math.prod(shape) * dtype.itemsize)
            return np.memmap(file, dtype, "r+", shape=shape)
    except OSError as error:
        raise StorageError(
            f"there is no room for the features of the frozen layers: {error.strerror or error}",
            code="io_error",
            file=tempfile.gettempdir(),
        ) from error
