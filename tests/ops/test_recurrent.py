"""Recurrent layers against PyTorch, their padding, and the two forms of the GRU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor

N, T, D, H = 4, 6, 3, 5
GENERATOR = np.random.default_rng(0)
X = GENERATOR.standard_normal((N, T, D))
INITIAL = GENERATOR.standard_normal((2, N, H))
LENGTHS = [6, 1, 4, 2]
MASK = np.arange(T) < np.array(LENGTHS)[:, None]
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def parameters(cell: str) -> list[np.ndarray]:
    """Return the input weight, recurrent weight and bias; for the GRU also the candidate bias."""
    columns = GATES[cell] * H
    generator = np.random.default_rng(1)
    weights = [generator.standard_normal(shape) / 2 for shape in ((D, columns), (H, columns), (columns,))]
    return [*weights, generator.standard_normal(H)] if cell == "GRU" else weights


def ours(cell: str, mask: np.ndarray | None, reverse: bool) -> Callable[..., Tensor]:
    """Return a function that computes the states over time from x, the initial states and the parameters."""
    if cell == "LSTM":
        return lambda x, hidden, state, *weights: ops.lstm(x, *weights, hidden, state, mask=mask, reverse=reverse)
    function = ops.rnn if cell == "RNN" else ops.gru
    return lambda x, hidden, *weights: function(x, *weights, hidden, mask=mask, reverse=reverse)


def torch_states(cell: str, lengths: list[int] | None, reverse: bool) -> Callable[..., Any]:
    """Return the same function in PyTorch, for each sequence separately.

    The padding has the state before it in the direction of the layer: the last one, or the initial one in reverse.
    """
    torch = pytest.importorskip("torch")
    layer = getattr(torch.nn, cell)(D, H, batch_first=True, dtype=torch.float64)

    def run(x: Any, *rest: Any) -> Any:
        count = 2 if cell == "LSTM" else 1
        initial, (weight, recurrent, bias, *more) = rest[:count], rest[count:]
        recurrent_bias = torch.zeros_like(bias)
        if more:
            recurrent_bias = torch.cat([recurrent_bias[: 2 * H], more[0]])
        state_dict = dict(zip(layer._flat_weights_names, (weight.T, recurrent.T, bias, recurrent_bias), strict=True))
        rows = []
        for n, length in enumerate(lengths or [T] * N):
            sequence = x[n : n + 1, :length]
            states = tuple(state[None, n : n + 1] for state in initial)
            states = states if cell == "LSTM" else states[0]
            result, _ = torch.func.functional_call(
                layer, state_dict, (sequence.flip(1) if reverse else sequence, states)
            )
            result = result.flip(1) if reverse else result
            last = initial[0][None, n : n + 1] if reverse else result[:, -1:]
            rows.append(torch.cat([result, last.expand(1, T - length, H)], dim=1))
        return torch.cat(rows)

    return run


@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("cell", GATES)
def test_same_as_torch(same_as_torch, cell: str, reverse: bool, lengths: list[int] | None) -> None:
    initial = INITIAL if cell == "LSTM" else INITIAL[:1]
    mask = MASK if lengths else None
    same_as_torch(ours(cell, mask, reverse), torch_states(cell, lengths, reverse), X, *initial, *parameters(cell))


@pytest.mark.parametrize("cell", GATES)
def test_same_as_torch_in_single_precision(cell: str) -> None:
    torch = pytest.importorskip("torch")
    arrays = [array.astype(np.float32) for array in (X, *INITIAL[: 1 + (cell == "LSTM")], *parameters(cell))]
    tensors = [Tensor(array, requires_grad=True) for array in arrays]
    exact = [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in arrays]
    result, expected = ours(cell, MASK, False)(*tensors), torch_states(cell, LENGTHS, False)(*exact)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result.data, expected.detach(), rtol=1e-5, atol=1e-5)
    direction = np.random.default_rng(5).standard_normal(result.shape).astype(np.float32)
    result.backward(direction)
    expected.backward(torch.tensor(direction, dtype=torch.float64))
    for tensor, reference in zip(tensors, exact, strict=True):
        np.testing.assert_allclose(tensor.grad, reference.grad, rtol=1e-5, atol=1e-5)


def test_cell_states_of_an_lstm_equal_torch() -> None:
    torch = pytest.importorskip("torch")
    weight, recurrent, bias = parameters("LSTM")
    layer = torch.nn.LSTM(D, H, batch_first=True, dtype=torch.float64)
    state_dict = dict(
        zip(
            layer._flat_weights_names,
            (torch.tensor(array) for array in (weight.T, recurrent.T, bias, np.zeros_like(bias))),
            strict=True,
        )
    )
    expected, (_, last_cell) = torch.func.functional_call(layer, state_dict, (torch.tensor(X),))
    states = ops.lstm(X, Tensor(weight), Tensor(recurrent), Tensor(bias), with_cells=True)
    np.testing.assert_allclose(states.data[0], expected, atol=1e-12)
    np.testing.assert_allclose(states.data[1, :, -1], last_cell[0], atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("cell", GATES)
def test_padding_does_not_leak(cell: str, reverse: bool, dtype: type) -> None:
    """Values in padded steps affect no state and get no gradient, and the state is kept across them."""
    initial = INITIAL if cell == "LSTM" else INITIAL[:1]
    arrays = [array.astype(dtype) for array in (X, *initial, *parameters(cell))]
    elsewhere = arrays[0].copy()
    elsewhere[~MASK] = 1e3
    results = []
    for x in (arrays[0], elsewhere):
        tensors = [Tensor(array, requires_grad=True) for array in (x, *arrays[1:])]
        states = ours(cell, MASK, reverse)(*tensors)
        states.backward(np.ones(states.shape, dtype))
        assert tensors[0].grad is not None
        assert not tensors[0].grad[~MASK].any()
        results.append([states.data, *(tensor.grad for tensor in tensors)])
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
    for n, length in enumerate(LENGTHS):
        expected = arrays[1][n] if reverse else states.data[n, length - 1]
        np.testing.assert_array_equal(states.data[n, length:], np.broadcast_to(expected, (T - length, H)))


@pytest.mark.parametrize("cell", GATES)
def test_a_sequence_of_padding_keeps_its_initial_state(cell: str) -> None:
    initial = INITIAL if cell == "LSTM" else INITIAL[:1]
    tensors = [Tensor(array, requires_grad=True) for array in (X, *initial, *parameters(cell))]
    states = ours(cell, np.zeros((N, T), bool), False)(*tensors)
    np.testing.assert_array_equal(states.data, np.broadcast_to(INITIAL[0][:, None], (N, T, H)))
    states.sum().backward()
    np.testing.assert_array_equal(tensors[1].grad, np.full((N, H), float(T)))
    for weight in tensors[-3:]:
        assert not weight.grad.any()


@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_relu_instead_of_tanh_equals_torch(same_as_torch, lengths: list[int] | None) -> None:
    torch = pytest.importorskip("torch")
    layer = torch.nn.RNN(D, H, batch_first=True, nonlinearity="relu", dtype=torch.float64)

    def theirs(x: Any, initial: Any, weight: Any, recurrent: Any, bias: Any) -> Any:
        arrays = (weight.T, recurrent.T, bias, torch.zeros_like(bias))
        state_dict = dict(zip(layer._flat_weights_names, arrays, strict=True))
        states, _ = torch.func.functional_call(layer, state_dict, (x, initial[None]))
        held = torch.tensor(np.minimum(np.arange(T), np.array(lengths or [T] * N)[:, None] - 1))
        return states.gather(1, held[:, :, None].expand(-1, -1, H))

    mask = MASK if lengths else None

    def ours(x: Tensor, initial: Tensor, *weights: Tensor) -> Tensor:
        return ops.rnn(x, *weights, initial, mask=mask, activation="relu")

    same_as_torch(ours, theirs, X, INITIAL[0], *parameters("RNN"))


def test_callback_gets_the_cell_states_of_an_lstm_without_gradient() -> None:
    weights = [Tensor(array, requires_grad=True) for array in parameters("LSTM")]
    collected: list[np.ndarray] = []
    hidden = ops.lstm(X, *weights, on_cells=collected.append)
    both = ops.lstm(X, *weights, with_cells=True)
    np.testing.assert_array_equal(hidden.data, both.data[0])
    np.testing.assert_array_equal(collected[0], both.data[1])


def test_gru_that_resets_before_the_product_by_hand() -> None:
    """One unit, one step: every value by the formulas of CS 230."""
    x, c, w, u, b = 0.5, -0.8, (0.1, 0.2, 0.3), (0.4, 0.5, 0.6), (0.01, 0.02, 0.03)
    reset, update = (1 / (1 + np.exp(-(x * w[i] + c * u[i] + b[i]))) for i in range(2))
    candidate = np.tanh(x * w[2] + reset * c * u[2] + b[2])
    expected = update * candidate + (1 - update) * c
    arrays = np.array([[[x]]]), *(Tensor(np.array(array)) for array in ([w], [u], b))
    states = ops.gru(*arrays, initial_state=Tensor(np.array([[c]])), reset_after=False)
    assert states.item() == pytest.approx(expected, abs=1e-15)


def test_gru_that_resets_before_the_product_has_no_candidate_bias() -> None:
    weight, recurrent, bias, candidate_bias = map(Tensor, parameters("GRU"))
    with pytest.raises(ValueError, match="reset_after"):
        ops.gru(X, weight, recurrent, bias, candidate_bias, reset_after=False)
