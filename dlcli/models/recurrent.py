"""Sequence models made of embeddings, recurrent layers and pooling over time."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from dlcli.core import PositiveInt, Rate, register
from dlcli.nn import Node, Shape, with_names

Cell: TypeAlias = Literal["rnn", "gru", "lstm"]

#: initializer of a language model's embedding: it spreads the vectors, so that the gates can tell tokens apart
WIDE = {"name": "normal", "std": 1.0}


@register("architecture", "recurrent_language_model")
def recurrent_language_model(
    input_shape: Shape,  # noqa: ARG001  # sequences of any length
    output_units: int,
    /,
    *,
    cell: Cell = "lstm",
    embedding_units: PositiveInt = 64,
    units: PositiveInt = 256,
    depth: PositiveInt = 1,
    dropout_rate: Rate = 0.0,
    vectors: str | None = None,
) -> list[Node]:
    """Recurrent language model: `embedding → recurrent layers → linear`, with a logit per token at every step.

    Mikolov et al. 2010, Recurrent neural network based language model. LSTM: Sundermeyer et al. 2012. Dropout only on
    the non-recurrent connections: Zaremba et al. 2014, arXiv:1409.2329.

    Args:
        cell: Type of the recurrent layers.
        embedding_units: Dimension of the token embeddings.
        units: Size of the hidden state.
        depth: Number of stacked recurrent layers.
        dropout_rate: Dropout probability before, between and after the recurrent layers.
        vectors: File of pretrained word vectors that initialize the embedding; null means random initialization.
    """
    return with_names(
        [
            *_embedding(embedding_units, vectors, dropout_rate, initializer=WIDE),
            _recurrent(cell, units, depth, dropout_rate),
            *_dropout(dropout_rate),
            _output(output_units),
        ]
    )


@register("architecture", "recurrent_classifier")
def recurrent_classifier(
    input_shape: Shape,
    output_units: int,
    /,
    *,
    cell: Cell = "lstm",
    embedding_units: PositiveInt = 64,
    units: PositiveInt = 128,
    depth: PositiveInt = 1,
    bidirectional: bool = False,
    pooling: Literal["last", "mean", "max"] = "last",
    dropout_rate: Rate = 0.0,
    vectors: str | None = None,
    train_vectors: bool = True,
) -> list[Node]:
    """Sequence classifier or regressor (many-to-one): recurrent layers, pooling over time, then a linear layer.

    Sequences of tokens pass through an embedding first; sequences of vectors are used as they are. Bidirectional
    layers: Schuster & Paliwal 1997.

    Args:
        cell: Type of the recurrent layers.
        embedding_units: Dimension of the token embeddings; with `vectors`, the dimension of the vectors in the file.
        units: Size of the hidden state in each direction.
        depth: Number of stacked recurrent layers.
        bidirectional: Whether sequences are also processed in reverse.
        pooling: Pooling of the hidden states over time: the last one, or the mean or maximum over all steps
            except padding.
        dropout_rate: Dropout probability before, between and after the recurrent layers.
        vectors: File of pretrained word vectors that initialize the embedding; null means random initialization.
        train_vectors: Whether the embedding is trained.
    """
    pool = {
        "last": Node("", "last_step", {"bidirectional": bidirectional}),
        "mean": Node("", "mean_over_time"),
        "max": Node("", "max_over_time"),
    }[pooling]
    is_tokens = len(input_shape) == 1
    return with_names(
        [
            *(_embedding(embedding_units, vectors, dropout_rate, trainable=train_vectors) if is_tokens else ()),
            _recurrent(cell, units, depth, dropout_rate, bidirectional=bidirectional),
            pool,
            *_dropout(dropout_rate),
            _output(output_units),
        ]
    )


@register("architecture", "recurrent_labeler")
def recurrent_labeler(
    input_shape: Shape,
    output_units: int,
    /,
    *,
    cell: Cell = "lstm",
    embedding_units: PositiveInt = 64,
    units: PositiveInt = 128,
    depth: PositiveInt = 1,
    bidirectional: bool = True,
    dropout_rate: Rate = 0.0,
    vectors: str | None = None,
    train_vectors: bool = True,
) -> list[Node]:
    """Sequence labeler (many-to-many): recurrent layers, then a linear layer at every step.

    Graves & Schmidhuber 2005, Framewise phoneme classification with bidirectional LSTM.

    Args:
        cell: Type of the recurrent layers.
        embedding_units: Dimension of the token embeddings; with `vectors`, the dimension of the vectors in the file.
        units: Size of the hidden state in each direction.
        depth: Number of stacked recurrent layers.
        bidirectional: Whether sequences are also processed in reverse.
        dropout_rate: Dropout probability before, between and after the recurrent layers.
        vectors: File of pretrained word vectors that initialize the embedding; null means random initialization.
        train_vectors: Whether the embedding is trained.
    """
    is_tokens = len(input_shape) == 1
    return with_names(
        [
            *(_embedding(embedding_units, vectors, dropout_rate, trainable=train_vectors) if is_tokens else ()),
            _recurrent(cell, units, depth, dropout_rate, bidirectional=bidirectional),
            *_dropout(dropout_rate),
            _output(output_units),
        ]
    )


@register("architecture", "averaged_embeddings")
def averaged_embeddings(
    input_shape: Shape,  # noqa: ARG001  # sequences of any length
    output_units: int,
    /,
    *,
    embedding_units: PositiveInt = 64,
    hidden_units: list[PositiveInt] | None = None,
    dropout_rate: Rate = 0.0,
    vectors: str | None = None,
    train_vectors: bool = True,
) -> list[Node]:
    """Bag of words: the mean of a text's token embeddings, then a small network; the order of the words is ignored.

    Iyyer et al. 2015, Deep unordered composition rivals syntactic methods for text classification.

    Args:
        embedding_units: Dimension of the token embeddings; with `vectors`, the dimension of the vectors in the file.
        hidden_units: Number of units of each hidden layer (linear and ReLU) after the mean; null means none.
        dropout_rate: Dropout probability of the mean and of the hidden layers.
        vectors: File of pretrained word vectors that initialize the embedding; null means random initialization.
        train_vectors: Whether the embedding is trained.
    """
    nodes = [*_embedding(embedding_units, vectors, 0.0, trainable=train_vectors), Node("", "mean_over_time")]
    nodes += _dropout(dropout_rate)
    for units in hidden_units or ():
        nodes += [Node("", "linear", {"units": units}), Node("", "relu"), *_dropout(dropout_rate)]
    return with_names([*nodes, _output(output_units)])


def _embedding(
    units: int,
    vectors: str | None,
    dropout_rate: float,
    *,
    trainable: bool = True,
    initializer: dict[str, Any] | None = None,
) -> list[Node]:
    options: dict[str, Any] = {"units": units, "trainable": trainable}
    if vectors is not None:
        options["vectors"] = vectors
    if initializer is not None:
        options["initializer"] = initializer
    return [Node("", "embedding", options), *_dropout(dropout_rate)]


def _recurrent(cell: Cell, units: int, depth: int, dropout_rate: float, *, bidirectional: bool = False) -> Node:
    options: dict[str, Any] = {"units": units}
    if depth > 1:
        options |= {"layers": depth, "dropout": dropout_rate}
    if bidirectional:
        options["bidirectional"] = True
    return Node("", cell, options)


def _dropout(rate: float) -> list[Node]:
    return [Node("", "dropout", {"rate": rate})] if rate else []


def _output(units: int) -> Node:
    return Node("output", "linear", {"units": units, "initializer": {"name": "xavier_normal"}})
