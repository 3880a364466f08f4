"""Words that pretrained word vectors add to the vocabulary, even if they do not occur in the training set."""

from __future__ import annotations

from collections.abc import Iterator

from dlcli.assembly.model import model_nodes
from dlcli.core import ConfigError
from dlcli.data import DataPaths, Preprocessor, words_with_vectors
from dlcli.nn import Node
from dlcli.spec import Spec

#: Placeholders for arguments of `model_nodes` that do not affect embeddings.
_ANY_SHAPE, _ANY_UNITS = (1,), 1


def known_words(spec: Spec, data_paths: DataPaths, pretrained: Preprocessor | None = None) -> tuple[str, ...]:
    """Return the words that have pretrained vectors, in the order of the files.

    Frozen vectors remain valid for words that occur only in new texts, so all words of the file are added. Trained
    vectors drift away from those of the words that are not in the training set, so such words are added only if
    `vector_words` is set.

    Args:
        spec: Config of the experiment.
        data_paths: Folders that are searched for files.
        pretrained: Preprocessing of a trained model; its words are used instead of those in the files.

    Raises:
        ConfigError: The config sets `vector_words`, but the model has no word vectors.
        DataError: A word vector file is missing or invalid.
    """
    limit = None if spec.data.text is None else spec.data.text.settings.vocabulary.vector_words
    files = vector_files(spec)
    if limit and not files:
        raise ConfigError(
            "the model has no word vectors", code="not_applicable", key="data.text.vocabulary.vector_words"
        )
    used_files = [file for file, is_trained in files.items() if (limit is None and not is_trained) or limit]
    if not used_files:
        return ()
    if pretrained is not None and pretrained.vocabulary is not None:
        return pretrained.vocabulary.unseen
    words = (word for file in used_files for word in words_with_vectors(data_paths.find(file), limit=limit))
    return tuple(dict.fromkeys(words))


def vector_files(spec: Spec) -> dict[str, bool]:
    """Return a mapping from each word vector file of the model to whether its vectors are trained."""
    return {str(node.options["vectors"]): node.options.get("trainable", True) for node in _embeddings(spec)}


def has_word_vectors(spec: Spec) -> bool:
    """Return whether embeddings of the model start from a word vector file.

    An architecture names the file in its option `vectors`.
    """
    architecture, layers = spec.model.architecture, spec.model.layers or ()
    if architecture is not None:
        return architecture.options.get("vectors") is not None
    return any(it.layer.name == "embedding" and it.layer.options.get("vectors") is not None for it in layers)


def _embeddings(spec: Spec) -> Iterator[Node]:
    if not has_word_vectors(spec):
        return
    for node in model_nodes(spec, _ANY_SHAPE, _ANY_UNITS):
        if node.type == "embedding" and node.options.get("vectors") is not None:
            yield node
