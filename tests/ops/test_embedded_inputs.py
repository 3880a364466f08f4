"""Recurrent layers over embedded tokens: the table, embedding every token, and PyTorch agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor

N, T, D, H = 4, 6, 3, 5
LENGTHS = [6, 1, 4, 2]
MASK = np.arange(T) < np.array(LENGTHS)[:, None]
COLUMNS = {"rnn": 1, "gru": 3, "lstm": 4}
#: far fewer rows than tokens, and more rows than tokens
VOCABULARIES = [7, 60]


def tokens(vocabulary: int) -> np.ndarray:
    return np.random.default_rng(2).integers(0, vocabulary, (N, T))


def parameters(cell: str, vocabulary: int) -> list[np.ndarray]:
    """Return the embedding, input weight, recurrent weight and bias."""
    generator = np.random.default_rng(1)
    columns = COLUMNS[cell] * H
    return [generator.standard_normal(shape) / 2 for shape in ((vocabulary, D), (D, columns), (H, columns), (columns,))]


def ours(cell: str, vocabulary: int, **options: Any) -> Callable[..., Tensor]:
    layer = getattr(ops, cell)

    def run(embedding: Tensor, input_weight: Tensor, *rest: Tensor) -> Tensor:
        inputs = ops.embedded_inputs(tokens(vocabulary), embedding, input_weight)
        assert inputs[0].ndim == (2 if vocabulary <= N * T else 3)
        return layer(*inputs, *rest, **options)

    return run


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
@pytest.mark.parametrize("cell", COLUMNS)
def test_same_as_torch(same_as_torch, cell: str, vocabulary: int) -> None:
    torch = pytest.importorskip("torch")
    layer = getattr(torch.nn, cell.upper())(D, H, batch_first=True, dtype=torch.float64)

    def theirs(embedding: Any, weight: Any, recurrent: Any, bias: Any) -> Any:
        arrays = (weight.T, recurrent.T, bias, torch.zeros_like(bias))
        state_dict = dict(zip(layer._flat_weights_names, arrays, strict=True))
        x = torch.nn.functional.embedding(torch.tensor(tokens(vocabulary)), embedding)
        return torch.func.functional_call(layer, state_dict, (x,))[0]

    same_as_torch(ours(cell, vocabulary), theirs, *parameters(cell, vocabulary))


@pytest.mark.parametrize("options", [{}, {"mask": MASK}, {"mask": MASK, "reverse": True}])
@pytest.mark.parametrize("form", ["rnn", "gru", "notes_gru", "lstm"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_table_equals_embedding(form: str, options: dict[str, Any], dtype: type) -> None:
    cell = form.removeprefix("notes_")
    options = options | ({"reset_after": False} if form == "notes_gru" else {})
    results = []
    for embedded in (False, True):
        embedding, input_weight, *rest = (
            Tensor(array.astype(dtype), requires_grad=True) for array in parameters(cell, VOCABULARIES[0])
        )
        if embedded:
            inputs = ops.embedded_inputs(tokens(VOCABULARIES[0]), embedding, input_weight)
        else:
            inputs = ops.embedding(embedding, tokens(VOCABULARIES[0])), input_weight
        states = getattr(ops, cell)(*inputs, *rest, **options)
        states.backward(np.random.default_rng(3).standard_normal(states.shape).astype(dtype))
        results.append([states.data, *(tensor.grad for tensor in (embedding, input_weight, *rest))])
    tolerance = 1e-5 if dtype is np.float32 else 1e-12
    for one, other in zip(*results, strict=True):
        assert one.dtype == other.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("cell", COLUMNS)
def test_tokens_may_be_a_tensor_and_one_hot_needs_no_embedding(cell: str) -> None:
    """Without an embedding, tokens stand for one-hot vectors in the first layer of a network."""
    _, _, *rest = map(Tensor, parameters(cell, 7))
    table = Tensor(np.random.default_rng(4).standard_normal((7, COLUMNS[cell] * H)), requires_grad=True)
    by_token = getattr(ops, cell)(Tensor(tokens(7)), table, *rest)
    by_vector = getattr(ops, cell)(np.eye(7)[tokens(7)], table, *rest)
    np.testing.assert_allclose(by_token.data, by_vector.data, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
@pytest.mark.parametrize("cell", COLUMNS)
def test_a_token_out_of_range_is_refused(cell: str, vocabulary: int) -> None:
    outside = tokens(vocabulary)
    outside[0, 0] = vocabulary
    embedding, *rest = map(Tensor, parameters(cell, vocabulary))
    with pytest.raises(IndexError, match=f"to {vocabulary}$"):
        getattr(ops, cell)(*ops.embedded_inputs(outside, embedding, rest[0]), *rest[1:])
