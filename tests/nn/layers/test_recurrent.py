"""Recurrent layers: comparison with PyTorch in every arrangement, padding, and states kept between batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.autograd import Tensor
from dlcli.core import ConfigError
from dlcli.nn import Graph, Recurrent, ShapeError
from dlcli.nn.layers import GRU, LSTM, RNN

TorchTwin = Callable[[Recurrent], tuple[Any, Callable[[], dict[str, np.ndarray]]]]

N, T, D, H = 4, 7, 3, 5
LENGTHS = np.array([7, 1, 4, 2])
CELLS: dict[str, type[Recurrent]] = {"RNN": RNN, "GRU": GRU, "LSTM": LSTM}
ARRANGEMENTS = [{}, {"bidirectional": True}, {"layers": 3}, {"bidirectional": True, "layers": 2}]


def built(cell: str, seed: int = 0, features: int = D, **options: Any) -> Recurrent:
    layer = CELLS[cell](units=H, **options)
    layer.build((T, features), generator=np.random.default_rng(seed), dtype=np.float64)
    generator = np.random.default_rng(seed + 1)
    for parameter in layer.parameters().values():  # biases start at 0, which would hide errors
        parameter.data += 0.1 * generator.standard_normal(parameter.shape)
    return layer


def sequences(*shape: int, seed: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("with_states", [False, True])
@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize("options", ARRANGEMENTS, ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_states_and_gradients_equal_torch(
    torch_twin: TorchTwin, cell: str, options: dict[str, Any], lengths: np.ndarray | None, with_states: bool
) -> None:
    torch = pytest.importorskip("torch")
    layer = built(cell, **options)
    twin, gradients = torch_twin(layer)
    count = len(layer.cells)
    initial = [sequences(N, count * H, seed=3 + k) for k in range(len(layer.state_names) if with_states else 0)]

    x, *states = (Tensor(array, requires_grad=True) for array in (sequences(N, T, D), *initial))
    result = layer.forward(x, *states, lengths=lengths)

    torch_x, *torch_states = (torch.tensor(tensor.data, requires_grad=True) for tensor in (x, *states))
    # (N, L·H) -> (L, N, H)
    states_of_torch = tuple(state.reshape(N, count, H).transpose(0, 1) for state in torch_states)
    start = None if not states_of_torch else states_of_torch if cell == "LSTM" else states_of_torch[0]
    rnn = torch.nn.utils.rnn
    packed = torch_x if lengths is None else rnn.pack_padded_sequence(torch_x, lengths, True, enforce_sorted=False)
    expected, _ = twin(packed, start)
    if lengths is not None:
        expected, _ = rnn.pad_packed_sequence(expected, batch_first=True)

    real = np.arange(T) < (np.full(N, T) if lengths is None else lengths)[:, None]
    np.testing.assert_allclose(result.data[real], expected.detach().numpy()[real], atol=1e-12)
    direction = sequences(*result.shape, seed=9) * real[:, :, None]
    result.backward(direction)
    expected.backward(torch.tensor(direction))
    for ours, theirs in zip((x, *states), (torch_x, *torch_states), strict=True):
        np.testing.assert_allclose(ours.grad, theirs.grad.numpy(), atol=1e-11)
    for name, gradient in gradients().items():
        np.testing.assert_allclose(layer.parameters()[name].grad, gradient, atol=1e-11, err_msg=name)


def test_gru_that_resets_before_the_product_has_no_candidate_bias() -> None:
    layers = [built("GRU", reset_after=form) for form in (True, False)]
    assert [len(layer.parameters()) for layer in layers] == [4, 3]
    first, second = (layer.forward(Tensor(sequences(N, T, D))).data for layer in layers)
    assert np.abs(first - second).max() > 0.01


# ---- padding ----


@st.composite
def padded_batches(draw: st.DrawFn) -> tuple[str, dict[str, Any], np.ndarray, int]:
    options = draw(st.sampled_from([*ARRANGEMENTS, {"layers": 2, "dropout": 0.5}]))
    lengths = draw(st.lists(st.integers(1, T), min_size=1, max_size=5))
    return draw(st.sampled_from(list(CELLS))), options, np.array(lengths), draw(st.integers(0, 4))


@settings(max_examples=60, deadline=None)
@given(padded_batches())
def test_padding_never_leaks(case: tuple[str, dict[str, Any], np.ndarray, int]) -> None:
    """Neither the values nor the amount of padding affect states or gradients of weights and inputs."""
    cell, options, lengths, more = case
    x = sequences(len(lengths), T, D)
    real = np.arange(T) < lengths[:, None]
    spoiled = np.where(real[:, :, None], x, 1e3)
    longer = np.concatenate([spoiled, np.full((len(x), more, D), -1e3)], axis=1)
    direction = sequences(len(x), T, H * (2 if options.get("bidirectional") else 1), seed=8) * real[:, :, None]
    passes = []
    for inputs in (x, spoiled, longer):
        layer = built(cell, **options)
        layer.eval()
        tensor = Tensor(inputs, requires_grad=True)
        states = layer.forward(tensor, lengths=lengths)
        states.backward(np.pad(direction, ((0, 0), (0, inputs.shape[1] - T), (0, 0))))
        assert tensor.grad is not None
        assert not tensor.grad[:, T:].any()
        assert not tensor.grad[:, :T][~real].any()
        gradients = [parameter.grad for parameter in layer.parameters().values()]
        passes.append([states.data[:, :T][real], tensor.grad[:, :T], *gradients])
    for one, other, longest in zip(*passes, strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_allclose(one, longest, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_a_sequence_has_the_same_states_alone_and_in_a_batch(cell: str) -> None:
    layer = built(cell, bidirectional=True, layers=2)
    x = sequences(N, T, D)
    together = layer.forward(Tensor(x), lengths=LENGTHS).data
    for n, length in enumerate(LENGTHS):
        alone = layer.forward(Tensor(x[n : n + 1, :length])).data[0]
        np.testing.assert_allclose(together[n, :length], alone, atol=1e-12)


# ---- states that go from batch to batch ----


@pytest.mark.parametrize("options", [{}, {"layers": 2}], ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_two_stateful_halves_equal_one_pass(cell: str, options: dict[str, Any]) -> None:
    layer = built(cell, **options)
    x = sequences(N, T, D)
    whole = layer.forward(Tensor(x)).data
    layer.stateful = True
    halves = [layer.forward(Tensor(part)).data for part in (x[:, :3], x[:, 3:])]
    np.testing.assert_allclose(np.concatenate(halves, axis=1), whole, atol=1e-12)
    assert {name: state.shape for name, state in layer.hidden_states.items()} == dict.fromkeys(
        layer.state_names, (layer.layers, N, H)
    )


@pytest.mark.parametrize("cell", CELLS)
def test_no_gradient_flows_into_the_previous_batch(cell: str) -> None:
    layer = built(cell)
    layer.stateful = True
    first, second = (Tensor(part, requires_grad=True) for part in np.split(sequences(N, 6, D), 2, axis=1))
    layer.forward(first)
    hidden_states = {name: state.copy() for name, state in layer.hidden_states.items()}
    layer.forward(second).sum().backward()
    assert first.grad is None
    assert second.grad is not None
    # the gradient is that of a sequence with these initial states as constants
    alone = built(cell)
    again = Tensor(second.data, requires_grad=True)
    alone.forward(again, *(Tensor(state[0]) for state in hidden_states.values())).sum().backward()
    np.testing.assert_array_equal(second.grad, again.grad)
    for name, parameter in layer.parameters().items():
        np.testing.assert_array_equal(parameter.grad, alone.parameters()[name].grad)


@pytest.mark.parametrize("cell", CELLS)
def test_the_hidden_state_is_that_after_the_last_step_without_padding(cell: str) -> None:
    layer = built(cell)
    layer.stateful = True
    x = sequences(N, T, D)
    states = layer.forward(Tensor(x), lengths=LENGTHS).data
    np.testing.assert_array_equal(layer.hidden_states["hidden"][0], states[np.arange(N), LENGTHS - 1])


def test_a_graph_keeps_and_restores_the_states_of_its_layers(graph_of: Any) -> None:
    graph: Graph = graph_of((T, D), ("lstm", {"units": H, "layers": 2}), ("gru", {"units": 2}), dtype=np.float64)
    x = sequences(N, 2 * T, D)
    whole = graph.forward(x).data
    graph.set_stateful(True)
    first = graph.forward(x[:, :T]).data
    states = graph.hidden_states()
    assert list(states) == ["lstm_1.hidden", "lstm_1.cell", "gru_1.hidden"]
    second = graph.forward(x[:, T:]).data
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, atol=1e-12)
    graph.set_hidden_states(states)
    np.testing.assert_array_equal(graph.forward(x[:, T:]).data, second)
    graph.set_hidden_states(states, rows=2)
    np.testing.assert_allclose(graph.forward(x[:2, T:]).data, second[:2], atol=1e-12)


def test_a_bidirectional_layer_cannot_be_stateful() -> None:
    layer = built("GRU", bidirectional=True)
    layer.stateful = True
    with pytest.raises(ConfigError) as caught:
        layer.forward(Tensor(sequences(N, T, D)))
    assert caught.value.code == "not_applicable"


# ---- options ----


def test_dropout_is_between_the_layers_and_only_in_training() -> None:
    layer = built("RNN", layers=2, dropout=0.5)
    layer.generator = np.random.default_rng(0)
    x = Tensor(sequences(N, T, D))
    first, second = layer.forward(x).data, layer.forward(x).data
    assert (first != second).any()
    layer.eval()
    np.testing.assert_array_equal(layer.forward(x).data, built("RNN", layers=2).forward(x).data)
    single = built("RNN", dropout=0.5)
    np.testing.assert_array_equal(single.forward(x).data, built("RNN").forward(x).data)


@pytest.mark.parametrize("cell", CELLS)
def test_initial_weights_of_every_gate_are_orthogonal(cell: str) -> None:
    layer = CELLS[cell](units=H)
    layer.build((T, D), generator=np.random.default_rng(0), dtype=np.float64)
    weight = layer.cells["layer_1"].recurrent_weight.data
    for gate in np.split(weight, layer.gates, axis=1):
        np.testing.assert_allclose(gate.T @ gate, np.eye(H), atol=1e-12)


def test_initial_bias_of_the_forget_gate() -> None:
    layer = LSTM(units=2, forget_bias=1.5, bidirectional=True)
    layer.build((T, D), generator=np.random.default_rng(0), dtype=np.float32)
    for cell in layer.cells.values():
        np.testing.assert_array_equal(cell.bias.data, [0, 0, 1.5, 1.5, 0, 0, 0, 0])
        assert not cell.bias.decay
        assert cell.input_weight.decay


@pytest.mark.parametrize("reset_after", [True, False])
def test_forget_bias_of_a_gru_keeps_the_state(reset_after: bool) -> None:
    layer = GRU(units=H, reset_after=reset_after, forget_bias=50.0)
    layer.build((T, D), generator=np.random.default_rng(0), dtype=np.float64)
    start = sequences(N, H)
    states = layer.forward(Tensor(sequences(N, T, D)), Tensor(start)).data
    np.testing.assert_allclose(states, np.broadcast_to(start[:, None], states.shape), atol=1e-12)


def test_names_of_the_parameters() -> None:
    assert list(built("LSTM", bidirectional=True).parameters()) == [
        f"{layer}.{name}"
        for layer in ("layer_1", "layer_1_reverse")
        for name in ("input_weight", "recurrent_weight", "bias")
    ]


def test_flops() -> None:
    layer = built("LSTM")
    # per step: products with (D, 4H) and (H, 4H), then bias, nonlinearity and product for each of the 4H sums
    assert layer.flops((T, D)) == T * (2 * (D * 4 * H + H * 4 * H) + 3 * 4 * H)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((T,),), "embedding"),
        (((2, 3, 4),), r"\(T, D\), got \(2, 3, 4\)"),
        (((T, D), (H,)), r"2 layers × 2 directions × 5 units = 20 values, got \(5,\)"),
        (((T, D), (20,), (20,)), "got 2 states"),
    ],
)
def test_invalid_shapes_are_refused(shapes: tuple[tuple[int, ...], ...], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        GRU(units=H, layers=2, bidirectional=True).output_shape(*shapes)
