"""Gradients with respect to states: compared with the chain rule and differences, and with padding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import Graph, Node, state_gradients

N, T, D, H = 3, 6, 2, 4
X = np.random.default_rng(0).standard_normal((N, T, D))
DIRECTION = np.random.default_rng(1).standard_normal((N, 1))


def loss(outputs: Tensor) -> Tensor:
    return (outputs * DIRECTION).mean()


def test_chain_rule_of_a_simple_recurrence(graph_of: Any) -> None:
    """`∂h_T/∂h_t = Π_k diag(1 − h_k²) U`, with rows instead of columns (Pascanu et al. 2013, equation 5)."""
    graph: Graph = graph_of((T, D), ("rnn", {"units": H}), "last_step", ("linear", {"units": 1}), dtype=np.float64)
    cell = graph.layers["rnn_1"].cells["layer_1"]
    states = graph.layers["rnn_1"].forward(Tensor(X)).data
    norms = state_gradients(graph, loss, X)["rnn_1.layer_1"]
    assert norms.shape == (N, T)
    for n in range(N):
        grad = DIRECTION[n] @ graph.layers["linear_1"].weight.data.T
        for distance in range(T):
            assert norms[n, distance] == pytest.approx(np.linalg.norm(grad), rel=1e-12)
            grad = (grad * (1 - states[n, T - 1 - distance] ** 2)) @ cell.recurrent_weight.data.T


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_running_step_by_step_equals_one_pass(graph_of: Any, cell: str) -> None:
    options = {"units": H, "layers": 2, "bidirectional": True}
    graph: Graph = graph_of((T, D), (cell, options), dtype=np.float64)
    lengths = np.array([6, 2, 4])
    expected = graph.forward(X, lengths).data
    seen = []
    state_gradients(graph, lambda outputs: seen.append(outputs.data) or outputs.sum(), X, lengths)
    np.testing.assert_allclose(seen[0], expected, atol=1e-12)
    assert graph.layers[f"{cell}_1"].on_step is None


def test_the_state_of_an_lstm_includes_the_cell(graph_of: Any) -> None:
    """A small change of the initial state, h and c, changes the loss according to the gradient."""
    graph: Graph = graph_of((T, D), ("lstm", {"units": H}), "last_step", ("linear", {"units": 1}), dtype=np.float64)
    norms = state_gradients(graph, loss, X)["lstm_1.layer_1"]
    layer = graph.layers["lstm_1"]
    before = layer.forward(Tensor(X[:, :2])).data[:, -1]
    layer.stateful = True
    layer.forward(Tensor(X[:, :2]))
    states = [Tensor(layer.hidden_states[name][0], requires_grad=True) for name in ("hidden", "cell")]
    layer.stateful = False
    np.testing.assert_array_equal(states[0].data, before)
    rest = layer.forward(Tensor(X[:, 2:]), *states)[:, -1]
    loss(graph.layers["linear_1"].forward(rest)).backward()
    expected = N * np.sqrt(sum(np.square(state.grad).sum(axis=1) for state in states))
    np.testing.assert_allclose(norms[:, T - 2], expected, rtol=1e-12)


@pytest.mark.parametrize("reverse", [False, True])
def test_distances_of_a_short_sequence_start_at_its_end(graph_of: Any, reverse: bool) -> None:
    options = {"units": H, "bidirectional": reverse}
    pool = ("last_step", {"bidirectional": reverse})
    graph: Graph = graph_of((T, D), ("gru", options), pool, ("linear", {"units": 1}), dtype=np.float64)
    name = "gru_1.layer_1_reverse" if reverse else "gru_1.layer_1"
    together = state_gradients(graph, loss, X, np.array([6, 2, 4]))[name]
    alone = state_gradients(graph, lambda outputs: (outputs * DIRECTION[1:2]).mean(), X[1:2, :2])[name]
    np.testing.assert_allclose(together[1, :2], alone[0], rtol=1e-12)
    assert np.isnan(together[1, 2:]).all()
    assert np.isfinite(together[0]).all()


def test_the_states_of_an_encoder_have_its_lengths(graph_of: Any) -> None:
    """The loss of a decoder reaches the encoder through the state after its last step without padding."""
    nodes = [
        Node("encoder", "rnn", {"units": H}, ("source",)),
        Node("decoder", "rnn", {"units": H}, ("target", "encoder.state")),
        Node("score", "linear", {"units": 1}, ("decoder.hidden",)),
    ]
    graph: Graph = graph_of({"source": (T, D), "target": (2, D)}, *nodes, dtype=np.float64)
    lengths = {"source": np.array([T, 1, 3]), "target": np.array([2, 2, 1])}
    inputs = {"source": X, "target": X[:, :2]}
    norms = state_gradients(graph, loss, inputs, lengths)
    assert {name: array.shape for name, array in norms.items()} == {
        "encoder.layer_1": (N, T),
        "decoder.layer_1": (N, 2),
    }
    for name, steps in (("encoder", lengths["source"]), ("decoder", lengths["target"])):
        array = norms[f"{name}.layer_1"]
        np.testing.assert_array_equal(np.isnan(array), np.arange(array.shape[1]) >= steps[:, None])
    # the initial state of the decoder is the state of the encoder: its gradient is one step further
    seen: dict[str, np.ndarray] = {}
    graph.forward(inputs, lengths, on_output=seen.__setitem__)
    h, cell = seen["decoder"], graph.layers["decoder"].cells["layer_1"]
    for n, steps in enumerate(lengths["target"]):
        grad = DIRECTION[n] @ graph.layers["score"].weight.data.T
        for step in range(steps)[::-1]:
            grad = (grad * (1 - h[n, step] ** 2)) @ cell.recurrent_weight.data.T
        assert norms["encoder.layer_1"][n, 0] == pytest.approx(np.linalg.norm(grad), rel=1e-12)
