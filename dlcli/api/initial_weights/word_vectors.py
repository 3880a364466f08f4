"""Initialization of embeddings from published word vectors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcli.assembly import (
    Experiment,
    InitialWeights,
    WeightOrigin,
    build_data_paths,
    locate_errors,
    model_nodes,
)
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


class FromWordVectors(InitialWeights):
    """Random weights, except for the embeddings of the words that have a published vector.

    The files are needed only when training starts: from then on, the vectors are stored with the weights.
    """

    def initialize(self, experiment: Experiment) -> WeightOrigin:
        return WeightOrigin(lines=tuple(load_word_vectors(experiment)))


def load_word_vectors(experiment: Experiment) -> list[str]:
    """Initialize the model's embeddings from the word vector files that the config names.

    Returns:
        A line for the log per embedding: how many tokens have a vector, and their share of the tokens of each split.

    Raises:
        ConfigError: The inputs are not words, or the vectors and the embedding differ in size.
        DataError: A file is missing or is not a word vector file.
    """
    origins = []
    spec, preprocessor = experiment.spec, experiment.data.preprocessor
    names = [node.name for node in model_nodes(spec, preprocessor.input_shape, experiment.task.output_units)]
    with locate_errors(spec):
        for position, name in enumerate(names):
            layer = experiment.model.layers[name]
            if isinstance(layer, Embedding) and layer.vectors is not None:
                key = "model.vectors" if spec.model.layers is None else f"model.layers[{position}].vectors"
                words = _read(layer, layer.vectors, preprocessor, build_data_paths(spec), key)
                layer.load_vectors(words.vectors, words.known)
                shares = _coverage(experiment.data.splits, words.known, layer.rows)
                coverage = ", ".join(f"{formatting.percent(share)} % of {split}" for split, share in shares.items())
                counts = f"{len(words.known)} of {layer.rows} tokens start from {layer.vectors}"
                origins.append(f"{name}: {counts}; coverage: {coverage}")
    return origins


def _coverage(splits: Mapping[str, Split], known: np.ndarray, num_tokens: int) -> dict[str, float]:
    """Compute the share of known tokens in each split, counting repeated tokens."""
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
            "word vectors need inputs of words; the inputs of this data are not words", code="not_applicable", key=key
        )
    words = WordVectors.read(data_paths.find(file), preprocessor.vocabulary.index_of)
    if words.size != layer.units:
        message = f"expected vectors of size {layer.units}, as the embedding has, got size {words.size} in {file}"
        raise ConfigError(message, code="wrong_shape", key=key)
    return words
