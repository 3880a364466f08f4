"""Features: outputs of a frozen trunk, computed once for every example, so that only the tail has to be trained.

The trunk is in evaluation mode whether its outputs are precomputed or not, so both ways lead to the same weights up to
rounding, since batches of another size may sum in another order.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from dlcli.core import OUTPUT, StorageError
from dlcli.data import Split, TransformedRows
from dlcli.nn import Graph, TrainableTail, evaluation_mode, find_trunk_end
from dlcli.training.epoch_evaluator import EVALUATED_SPLITS

#: maximum size in bytes of features in memory; larger ones are stored in a temporary file
IN_MEMORY = 2**30


@dataclass(frozen=True)
class Features:
    """Trainable part of a model, and the splits with features as inputs.

    Args:
        model: Nodes after the trunk, with the weights of the whole model.
        splits: Splits that training uses, with the outputs of the trunk as inputs.
        trunk_end: Name of the last node of the trunk.
        bytes: Total size of the features in bytes.
        in_memory: Whether the features are in memory rather than in a file.
    """

    model: TrainableTail
    splits: Mapping[str, Split]
    trunk_end: str
    bytes: int
    in_memory: bool


def compute_features(
    model: Graph, splits: Mapping[str, Split], *, batch_size: int, in_memory: int = IN_MEMORY
) -> Features | None:
    """Compute the outputs of a model's frozen trunk for the training set and the splits evaluated after every epoch.

    Args:
        model: Model with its weights and frozen layers.
        splits: Splits by name.
        batch_size: Number of examples per forward pass.
        in_memory: Maximum size in bytes of features in memory.

    Returns:
        Features, or None if precomputing them saves nothing or is not possible: no trunk is frozen, or the inputs are
        sequences.

    Raises:
        StorageError: There is not enough disk space for the temporary file.
    """
    trunk_end = find_trunk_end(model)
    used_splits = {name: split for name, split in splits.items() if name in ("train", *EVALUATED_SPLITS)}
    is_indexable = all(isinstance(split.inputs, np.ndarray | TransformedRows) for split in used_splits.values())
    if trunk_end is None or not is_indexable:
        return None
    # The trunk has the same output for an example in every epoch, so it is computed once and training takes no longer
    # than the tail needs.
    tail = TrainableTail(model, trunk_end)
    tail_names = {node.name for node in tail.nodes}
    trunk_nodes = [node for node in model.nodes if node.name not in tail_names]
    # Without a frozen layer nothing is saved, e.g. if only a flatten layer precedes the first trained layer.
    if not any(model.layers[node.name].frozen for node in trunk_nodes):
        return None
    trunk = Graph(
        trunk_nodes,
        model.layers,
        model.values,
        inputs=model.input_shapes,
        outputs={OUTPUT: trunk_end},
        dtype=model.dtype,
    )
    shape = tail.input_shape
    size = sum(map(len, used_splits.values())) * math.prod(shape) * model.dtype.itemsize
    feature_splits = {}
    for name, split in used_splits.items():
        # (N, *output shape of the trunk)
        features = _allocate((len(split), *shape), model.dtype, in_memory=size <= in_memory)
        start = 0
        with evaluation_mode(trunk):
            for batch in split.batches(batch_size):
                features[start : start + len(batch)] = trunk.forward(batch.inputs).data
                start += len(batch)
        feature_splits[name] = replace(split, inputs=features)
    return Features(tail, feature_splits, trunk_end, size, size <= in_memory)


def _allocate(shape: tuple[int, ...], dtype: np.dtype[np.floating], *, in_memory: bool) -> np.ndarray:
    """Return an empty array, in memory or in a temporary file that is removed together with the array."""
    if in_memory:
        return np.empty(shape, dtype)
    try:
        with tempfile.TemporaryFile(prefix="dlcli-features-") as file:
            if hasattr(os, "posix_fallocate"):  # a full disk is an error now, not a crash while writing
                os.posix_fallocate(file.fileno(), 0, math.prod(shape) * dtype.itemsize)
            return np.memmap(file, dtype, "r+", shape=shape)
    except OSError as error:
        raise StorageError(
            f"the features of the frozen layers cannot be stored: {error.strerror or error}",
            code="io_error",
            file=tempfile.gettempdir(),
        ) from error
