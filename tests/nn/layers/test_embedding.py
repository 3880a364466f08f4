"""Vectors in the place of tokens: the row of padding, tables that are kept, and how many rows there are."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.errors import ConfigError
from dlcli.nn import ShapeError
from dlcli.nn.initializers import Constant
from dlcli.nn.layers import Embedding

TOKENS = Tensor(np.array([[1, 3, 0], [2, 2, 1]]))


def built(layer: Embedding) -> Embedding:
    layer.build((3,), generator=np.random.default_rng(0), dtype=np.float64)
    return layer


def test_each_token_becomes_its_row() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4))
    assert layer.output_shape((3,)) == (3, 2)
    np.testing.assert_array_equal(layer.forward(TOKENS).data, layer.weight.data[TOKENS.data])


def test_padding_is_zero_and_gets_no_gradient() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4, initializer=Constant(value=1.0)))
    np.testing.assert_array_equal(layer.weight.data, [[0, 0], [1, 1], [1, 1], [1, 1]])
    layer.forward(TOKENS).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad, [[0, 0], [2, 2], [2, 2], [1, 1]])


def test_without_padding_every_row_learns() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4, padding_index=None))
    assert layer.weight.data[0].all()
    layer.forward(TOKENS).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad[0], [1, 1])


def test_a_table_that_is_kept() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4, trainable=False))
    assert not layer.weight.trainable
    assert not layer.forward(TOKENS).requires_grad


def test_vectors_from_elsewhere_leave_padding_alone() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4))
    before = layer.weight.data.copy()
    layer.start_from(np.full((2, 2), 7.0), np.array([0, 3]))
    np.testing.assert_array_equal(layer.weight.data, [[0, 0], before[1], before[2], [7, 7]])


def test_the_data_says_how_many_rows_there_are() -> None:
    assert built(Embedding(6, units=2)).weight.shape == (6, 2)
    assert built(Embedding(6, units=2, vocabulary_size=9)).weight.shape == (9, 2)
    with pytest.raises(ShapeError, match="vocabulary_size is 5, the data has 6 tokens"):
        Embedding(6, units=2, vocabulary_size=5).output_shape((3,))
    with pytest.raises(ShapeError, match="no tokens; write vocabulary_size"):
        Embedding(units=2).output_shape((3,))
    with pytest.raises(ShapeError, match="padding_index is 4, the tokens are 0 to 3"):
        Embedding(units=2, vocabulary_size=4, padding_index=4).output_shape((3,))


def test_real_numbers_are_no_tokens() -> None:
    layer = built(Embedding(units=2, vocabulary_size=4))
    with pytest.raises(ConfigError, match="whole numbers; its inputs are float32"):
        layer.forward(Tensor(np.zeros((1, 3), np.float32)))
