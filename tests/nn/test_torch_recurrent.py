"""PyTorch's recurrent modules: with their weights, a graph has the same outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli.nn import Graph, Node
from dlcli.nn.torch_weights import from_torch

GraphOf = Callable[..., Graph]

D, H, T, N = 3, 4, 6, 5
ARRANGEMENTS = [{}, {"layers": 3}, {"bidirectional": True}, {"layers": 2, "bidirectional": True}]


def twin_of(cell: str, options: dict[str, Any]) -> Any:
    """Return PyTorch's module with random weights and biases."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell]
    named = {"activation": "nonlinearity", "layers": "num_layers"}
    return kind(D, H, batch_first=True, **{named.get(name, name): value for name, value in options.items()})


def arrays_of(module: Any, prefix: str) -> dict[str, np.ndarray]:
    return {f"{prefix}.{name}": value.detach().numpy() for name, value in module.state_dict().items()}


@pytest.mark.parametrize(
    ("cell", "options"),
    [(cell, options) for cell in ("rnn", "lstm", "gru") for options in ARRANGEMENTS]
    + [("rnn", {"activation": "relu", "layers": 2})],
    ids=str,
)
def test_outputs_equal_torch(graph_of: GraphOf, cell: str, options: dict[str, Any]) -> None:
    twin = twin_of(cell, options)
    graph = graph_of((T, D), Node("encoder_rnn", cell, {"units": H, **options}))
    module = "encoder.rnn"
    converted, report = from_torch(arrays_of(twin, module), graph)
    assert report.complete, str(report)
    assert {source.split("_l")[0] for source in report.merged} == {f"{module}.bias_hh"}
    graph.load_state_dict(converted)
    graph.eval()
    x = np.random.default_rng(0).standard_normal((N, T, D)).astype(np.float32)
    expected, _ = twin(pytest.importorskip("torch").from_numpy(x))
    np.testing.assert_allclose(graph.forward(x).data, expected.detach().numpy(), rtol=0, atol=1e-5)


def test_a_model_of_tokens(graph_of: GraphOf) -> None:
    """Embedding, two bidirectional LSTM layers, and a linear layer at every step."""
    torch = pytest.importorskip("torch")
    twin = twin_of("lstm", {"layers": 2, "bidirectional": True})
    embedding, linear = torch.nn.Embedding(7, D), torch.nn.Linear(2 * H, 3)
    graph = graph_of(
        (T, D),
        Node("lstm", "lstm", {"units": H, "layers": 2, "bidirectional": True}),
        Node("fc", "linear", {"units": 3}),
    )
    state = arrays_of(twin, "lstm") | arrays_of(linear, "fc")
    converted, report = from_torch(state, graph)
    assert report.complete
    graph.load_state_dict(converted)
    graph.eval()
    vectors = embedding(torch.tensor([[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]]))
    expected = linear(twin(vectors)[0]).detach().numpy()
    np.testing.assert_allclose(graph.forward(vectors.detach().numpy()).data, expected, rtol=0, atol=1e-5)


def cell_arrays(gates: int, prefix: str = "rnn") -> dict[str, np.ndarray]:
    generator = np.random.default_rng(gates)
    shapes = {
        "weight_ih_l0": (gates * H, D),
        "weight_hh_l0": (gates * H, H),
        "bias_ih_l0": (gates * H,),
        "bias_hh_l0": (gates * H,),
    }
    return {f"{prefix}.{name}": generator.standard_normal(shape) for name, shape in shapes.items()}


def test_the_second_bias_of_the_candidate_of_a_gru_is_not_merged(graph_of: GraphOf) -> None:
    state = cell_arrays(3)
    converted, _ = from_torch(state, graph_of((T, D), Node("rnn", "gru", {"units": H})))
    first, second = state["rnn.bias_ih_l0"], state["rnn.bias_hh_l0"]
    expected = np.concatenate([first[: 2 * H] + second[: 2 * H], first[2 * H :]])
    np.testing.assert_allclose(converted["rnn.layer_1.bias"], expected, rtol=1e-6)
    np.testing.assert_allclose(converted["rnn.layer_1.candidate_bias"], second[2 * H :], rtol=1e-6)


def test_a_gru_that_resets_before_the_product_matches_nothing(graph_of: GraphOf) -> None:
    """Its reset gate multiplies the state, not the product: the same weights would compute another function."""
    graph = graph_of((T, D), Node("rnn", "gru", {"units": H, "reset_after": False}))
    converted, report = from_torch(cell_arrays(3), graph)
    assert not converted
    assert {*report.unexpected} == {*cell_arrays(3)}


def test_more_layers_than_the_model_has_are_unexpected(graph_of: GraphOf) -> None:
    state = cell_arrays(4)
    state |= {name.replace("l0", "l1"): array for name, array in state.items()}
    _, report = from_torch(state, graph_of((T, D), Node("rnn", "lstm", {"units": H})))
    assert {*report.unexpected} == {name for name in state if name.endswith("l1")}
    assert {*report.unexpected.values()} == {"rnn"}


@pytest.mark.parametrize("name", ["bias_ih_l0", "bias_hh_l0"])
def test_a_single_bias_of_two_is_unexpected(graph_of: GraphOf, name: str) -> None:
    state = cell_arrays(4)
    graph = graph_of((T, D), Node("rnn", "lstm", {"units": H}))
    state[f"rnn.{name}"] = np.zeros(3)
    assert [mismatch.name for mismatch in from_torch(state, graph)[1].mismatched] == ["rnn.layer_1.bias"]
    del state[f"rnn.{name}"]
    report = from_torch(state, graph)[1]
    assert not report.complete
    assert "rnn.layer_1.bias" in (*report.missing, *(mismatch.name for mismatch in report.mismatched))


def test_a_cell_has_no_number(graph_of: GraphOf) -> None:
    state = {name.removesuffix("_l0"): array for name, array in cell_arrays(1).items()}
    _, report = from_torch(state, graph_of((T, D), Node("rnn", "rnn", {"units": H})))
    assert report.complete
