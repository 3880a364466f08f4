"""Embeddings that start from published word vectors."""

from __future__ import annotations

from dlcli.build import Experiment, build_places, located, model_nodes
from dlcli.data import Places, Preprocessor
from dlcli.data.text.word_vectors import WordVectors
from dlcli.errors import ConfigError
from dlcli.nn.layers import Embedding


def start_from_vectors(experiment: Experiment) -> list[str]:
    """Put the vectors of the files that the config names into the model's embeddings.

    Only a training that begins needs the files: later the vectors are among the weights.

    Returns:
        for each of these embeddings a line that says how many words its file has.

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
                found = _read(layer, layer.vectors, preprocessor, build_places(spec), key)
                layer.start_from(found.vectors, found.known)
                origins.append(f"{name}: {len(found.known)} of {layer.rows} tokens start from {layer.vectors}")
    return origins


def _read(layer: Embedding, file: str, preprocessor: Preprocessor, places: Places, key: str) -> WordVectors:
    if preprocessor.vocabulary is None:
        raise ConfigError("the inputs of this data are no words, which could have vectors", key=key)
    found = WordVectors.read(places.find(file), preprocessor.vocabulary.numbers)
    if found.size != layer.units:
        raise ConfigError(f"{file} has vectors of {found.size} numbers, the embedding of {layer.units}", key=key)
    return found
