"""Words that a model knows without having seen them: those that its embeddings have published vectors for."""

from __future__ import annotations

from collections.abc import Iterator

from dlcli.assembly.model import model_nodes
from dlcli.core import ConfigError
from dlcli.data import DataPaths, Preprocessor, words_with_vectors
from dlcli.nn import Node
from dlcli.spec import Spec

#: of `model_nodes`, which embeddings do not depend on
_ANY_SHAPE, _ANY_UNITS = (1,), 1


def known_words(spec: Spec, data_paths: DataPaths, pretrained: Preprocessor | None = None) -> tuple[str, ...]:
    """The words with vectors, in the order of their files.

    Vectors that are not trained stay what they are, so that a word which only new texts have means what it means in the
    file. Vectors that are trained move away from those that never are, and have these words only on request.

    Args:
        spec: the config.
        data_paths: where files are looked for.
        pretrained: a treatment that is there already; its words are taken instead of those of the files.

    Raises:
        ConfigError: words with vectors are asked for, and there are no vectors.
        DataError: a file of vectors is missing or no such file.
    """
    limit = None if spec.data.text is None else spec.data.text.settings.vocabulary.vector_words
    files = vector_files(spec)
    if limit and not files:
        raise ConfigError(
            "the model has no file of vectors", code="not_applicable", key="data.text.vocabulary.vector_words"
        )
    chosen = [file for file, is_trained in files.items() if (limit is None and not is_trained) or limit]
    if not chosen:
        return ()
    if pretrained is not None and pretrained.vocabulary is not None:
        return pretrained.vocabulary.unseen
    words = (word for file in chosen for word in words_with_vectors(data_paths.find(file), limit=limit))
    return tuple(dict.fromkeys(words))


def vector_files(spec: Spec) -> dict[str, bool]:
    """The files that embeddings of the model start from, each with whether its vectors are trained."""
    return {str(node.options["vectors"]): node.options.get("trainable", True) for node in _embeddings(spec)}


def _embeddings(spec: Spec) -> Iterator[Node]:
    architecture, layers = spec.model.architecture, spec.model.layers or ()
    if architecture is None and not any(it.layer.name == "embedding" for it in layers):
        return
    if architecture is not None and architecture.options.get("vectors") is None:
        return
    for node in model_nodes(spec, _ANY_SHAPE, _ANY_UNITS):
        if node.type == "embedding" and node.options.get("vectors") is not None:
            yield node
