"""Models of texts: embeddings, recurrent layers over them, and what is made of their states."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from dlcli.core import PositiveInt, Rate, register
from dlcli.nn import Node, Shape, with_names

Cell: TypeAlias = Literal["rnn", "gru", "lstm"]

#: how the embedding of a language model starts: as far apart as the gates can tell
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
    """The next token from all before it: `embedding → recurrent layers → linear`, a logit a token at every step.

    Mikolov et al. 2010, Recurrent neural network based language model; with LSTM Sundermeyer et al. 2012; dropout at
    the connections that do not go through time, Zaremba et al. 2014, arXiv:1409.2329.

    Args:
        cell: kind of the recurrent layers.
        embedding_units: size of the vector of a token.
        units: size of the state.
        depth: recurrent layers, each reading the states of the one before.
        dropout_rate: probability of dropping a number before, between and after the recurrent layers in training.
        vectors: a file of published word vectors that the embedding starts from; null = random numbers.
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
    """One answer for a whole sequence (many-to-one): its last state, or the mean or maximum of all, into `linear`.

    Sequences of tokens go through an embedding first; sequences of vectors are read as they are. Bidirectional:
    Schuster & Paliwal 1997.

    Args:
        cell: kind of the recurrent layers.
        embedding_units: size of the vector of a token; that of the vectors in the file, where there is one.
        units: size of the state, in each direction.
        depth: recurrent layers, each reading the states of the one before.
        bidirectional: whether sequences are also read from their end.
        pooling: what is made of the states: the last one, or the mean or maximum over the real steps.
        dropout_rate: probability of dropping a number before, between and after the recurrent layers in training.
        vectors: a file of published word vectors that the embedding starts from; null = random numbers.
        train_vectors: whether the embedding is trained.
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
    """An answer at every step (many-to-many): recurrent layers in both directions, a linear layer on each state.

    Graves & Schmidhuber 2005, Framewise phoneme classification with bidirectional LSTM.

    Args:
        cell: kind of the recurrent layers.
        embedding_units: size of the vector of a token; that of the vectors in the file, where there is one.
        units: size of the state, in each direction.
        depth: recurrent layers, each reading the states of the one before.
        bidirectional: whether sequences are also read from their end.
        dropout_rate: probability of dropping a number before, between and after the recurrent layers in training.
        vectors: a file of published word vectors that the embedding starts from; null = random numbers.
        train_vectors: whether the embedding is trained.
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
    """The mean of a text's word vectors into a small network: order is lost, and often hardly missed.

    Iyyer et al. 2015, Deep unordered composition rivals syntactic methods for text classification.

    Args:
        embedding_units: size of the vector of a token; that of the vectors in the file, where there is one.
        hidden_units: units of hidden layers with ReLU between the mean and the output; null = none.
        dropout_rate: probability of dropping a number of the mean, and of the hidden layers, in training.
        vectors: a file of published word vectors that the embedding starts from; null = random numbers.
        train_vectors: whether the embedding is trained.
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
