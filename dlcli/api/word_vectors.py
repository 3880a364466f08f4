"""Embeddings that start from published word vectors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcli.assembly import Experiment, build_data_paths, located, model_nodes
from dlcli.core import ConfigError, formatting
from dlcli.data import (
    BOS,
    EOS,
    PAD,
    DataPaths,
    NextTokenSequences,
    Preprocessor,
    Split,
    TokenSequences,
    Windows,
    WordVectors,
)
from dlcli.nn import Embedding


def start_from_vectors(experiment: Experiment) -> list[str]:
    """Put the vectors of the files that the config names into the model's embeddings.

    Only a training that begins needs the files: later the vectors are among the weights.

    Returns:
        for each of these embeddings a line that says how many words its file has, and which share that is of the tokens
        of each split.

    Raises:
        ConfigError: the data has no words, or the vectors are of another size than the embedding.
        DataError: a file is missing or no file of vectors.
    """
    origins = []
    spec, preprocessor = experiment.spec, experiment.data.preprocessor
    names = [node.name for node in model_nodes(spec, preprocessor.input_shape, experiment.task.output_units)]
    with located(spec):
        for position, name in enumerate(names):
            layer = experiment.model.layers[name]
            if isinstance(layer, Embedding) and layer.vectors is not None:
                key = "model.vectors" if spec.model.layers is None else f"model.layers[{position}].vectors"
                found = _read(layer, layer.vectors, preprocessor, build_data_paths(spec), key)
                layer.load_vectors(found.vectors, found.known)
                shares = _coverage(experiment.data.splits, found.known, layer.rows)
                covered = ", ".join(f"{formatting.percent(share)} % of {split}" for split, share in shares.items())
                counted = f"{len(found.known)} of {layer.rows} tokens start from {layer.vectors}"
                origins.append(f"{name}: {counted}; these are {covered}")
    return origins


def _coverage(splits: Mapping[str, Split], known: np.ndarray, num_tokens: int) -> dict[str, float]:
    """The share of the tokens of each split, repeated ones counted, that are among the known ones."""
    shares = {}
    for name, split in splits.items():
        assert isinstance(split.inputs, TokenSequences | NextTokenSequences | Windows)
        counts = split.inputs.token_counts(num_tokens)
        counts[[PAD, BOS, EOS]] = 0
        shares[name] = float(counts[known].sum() / max(counts.sum(), 1))
    return shares


def _read(layer: Embedding, file: str, preprocessor: Preprocessor, data_paths: DataPaths, key: str) -> WordVectors:
    if preprocessor.vocabulary is None:
        raise ConfigError(
            "the inputs of this data are no words, which could have vectors", code="not_applicable", key=key
        )
    found = WordVectors.read(data_paths.find(file), preprocessor.vocabulary.index_of)
    if found.size != layer.units:
        raise ConfigError(
            f"{file} has vectors of {found.size} numbers, the embedding of {layer.units}", code="wrong_shape", key=key
        )
    return found
