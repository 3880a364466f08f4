"""Embedding: the row of the padding token, frozen vectors, and the size of the vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.core import ConfigError, Generators, registry
from dlcli.nn import Embedding, Graph, Node, ShapeError
from dlcli.nn.initializers import Constant

TOKENS = Tensor(np.array([[1, 3, 0], [2, 2, 1]]))


def built(layer: Embedding) -> Embedding:
    layer.build((3,), generator=np.random.default_rng(0), dtype=np.float64)
    return layer


def test_each_token_is_mapped_to_its_row() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4))
    assert layer.output_shape((3,)) == (3, 2)
    np.testing.assert_array_equal(layer.forward(TOKENS).data, layer.weight.data[TOKENS.data])


def test_padding_is_zero_and_gets_no_gradient() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4, initializer=Constant(value=1.0)))
    np.testing.assert_array_equal(layer.weight.data, [[0, 0], [1, 1], [1, 1], [1, 1]])
    layer.forward(TOKENS).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad, [[0, 0], [2, 2], [2, 2], [1, 1]])


def test_without_padding_every_row_is_trained() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4, padding_index=None))
    assert layer.weight.data[0].all()
    layer.forward(TOKENS).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad[0], [1, 1])


def test_frozen_vectors() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4, trainable=False))
    assert not layer.weight.trainable
    assert not layer.forward(TOKENS).requires_grad


def test_loading_vectors_keeps_the_padding_zero() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4))
    before = layer.weight.data.copy()
    layer.load_vectors(np.full((2, 2), 7.0), np.array([0, 3]))
    np.testing.assert_array_equal(layer.weight.data, [[0, 0], before[1], before[2], [7, 7]])


def test_the_data_determines_the_number_of_rows() -> None:
    assert built(Embedding(6, units=2)).weight.shape == (6, 2)
    assert built(Embedding(6, units=2, vocabulary_size=9)).weight.shape == (9, 2)
    with pytest.raises(ShapeError, match="6 tokens, got 5"):
        Embedding(6, units=2, vocabulary_size=5).output_shape((3,))
    with pytest.raises(ShapeError, match="vocabulary_size"):
        Embedding(units=2).output_shape((3,))
    with pytest.raises(ShapeError, match="0 … 3, got 4"):
        Embedding(units=2, vocabulary_size=4, padding_index=4).output_shape((3,))


def test_inputs_that_are_not_integers_are_refused() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4))
    with pytest.raises(ConfigError, match="float32") as caught:
        layer.forward(Tensor(np.zeros((1, 3), np.float32)))
    assert caught.value.code == "wrong_type"


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("options", [{}, {"layers": 2, "bidirectional": True}], ids=["one layer", "a stack"])
@pytest.mark.parametrize("steps", [3, 40], ids=["few tokens", "many tokens"])
def test_lookup_of_products_equals_embedding(cell: str, options: dict[str, Any], steps: int) -> None:
    """Fused layers embed few tokens, but look up many in the product E·W; both give the results of separate layers."""
    nodes = [
        Node("embedding", "embedding", {"units": 3, "vocabulary_size": 9}),
        Node("cell", cell, {"units": 4, **options}),
    ]
    tokens = np.random.default_rng(0).integers(1, 9, (2, steps))
    lengths = np.array([steps, steps - 2])
    tokens[1, -2:] = 0  # padding
    grads = []
    for separate in (False, True):
        graph = Graph.build(
            nodes,
            (steps,),
            generators=Generators(0),
            create=lambda node: registry.lookup("layer", node.type)(**node.options),
            dtype=np.float64,
        )
        result = graph.forward(tokens, lengths, on_output=(lambda *_: None) if separate else None)
        real = np.arange(steps) < lengths[:, None]
        (result * (real[..., None] * np.cos(np.arange(result.data.size)).reshape(result.shape))).sum().backward()
        grads.append({name: parameter.grad for name, parameter in graph.parameters().items()})
        assert not grads[-1]["embedding.weight"][0].any()
    for name, grad in grads[0].items():
        np.testing.assert_allclose(grad, grads[1][name], rtol=1e-10, atol=1e-12, err_msg=name)
