"""Reductions of a sequence: last step, mean, maximum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import Graph, ShapeError
from dlcli.nn.layers import LSTM, LastStep, MaxOverTime, MeanOverTime

X = np.random.default_rng(0).standard_normal((3, 5, 4))
LENGTHS = np.array([5, 1, 3])


def test_last_step_ignores_padding() -> None:
    x = Tensor(X, requires_grad=True)
    result = LastStep().forward(x, lengths=LENGTHS)
    np.testing.assert_array_equal(result.data, [X[0, 4], X[1, 0], X[2, 2]])
    result.sum().backward()
    expected = np.zeros_like(X)
    expected[[0, 1, 2], [4, 0, 2]] = 1
    np.testing.assert_array_equal(x.grad, expected)
    np.testing.assert_array_equal(LastStep().forward(x).data, X[:, -1])


def test_both_directions_are_taken_where_they_end() -> None:
    """Like the last states that PyTorch returns, (2, N, H)."""
    torch = pytest.importorskip("torch")
    layer = LSTM(units=3, bidirectional=True)
    layer.build((5, 4), generator=np.random.default_rng(0), dtype=np.float64)
    twin = torch.nn.LSTM(4, 3, bidirectional=True, batch_first=True, dtype=torch.float64)
    for place, name in (("l0", "layer_1"), ("l0_reverse", "layer_1_reverse")):
        cell = layer.cells[name]
        getattr(twin, f"weight_ih_{place}").data[:] = torch.tensor(cell.input_weight.data.T)
        getattr(twin, f"weight_hh_{place}").data[:] = torch.tensor(cell.recurrent_weight.data.T)
        getattr(twin, f"bias_ih_{place}").data[:] = torch.tensor(cell.bias.data)
        getattr(twin, f"bias_hh_{place}").data[:] = 0
    packed = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor(X), LENGTHS, True, enforce_sorted=False)
    _, (last, _) = twin(packed)
    states = layer.forward(Tensor(X), lengths=LENGTHS)
    result = LastStep(bidirectional=True).forward(states, lengths=LENGTHS)
    np.testing.assert_allclose(result.data, torch.cat([*last], dim=1).detach(), atol=1e-12)


@pytest.mark.parametrize(("layer", "numpys"), [(MeanOverTime(), np.mean), (MaxOverTime(), np.max)])
def test_mean_and_maximum_ignore_padding(layer: MeanOverTime | MaxOverTime, numpys: Any) -> None:
    expected = [numpys(x[:length], axis=0) for x, length in zip(X, LENGTHS, strict=True)]
    np.testing.assert_allclose(layer.forward(Tensor(X), lengths=LENGTHS).data, expected)
    np.testing.assert_allclose(layer.forward(Tensor(X)).data, numpys(X, axis=1))


@pytest.mark.parametrize("pool", ["last_step", "mean_over_time", "max_over_time"])
def test_padding_has_no_effect_through_a_whole_model(graph_of: Any, pool: str) -> None:
    options = {"bidirectional": True} if pool == "last_step" else {}
    graph: Graph = graph_of(
        (5, 4), ("gru", {"units": 3, "bidirectional": True}), "tanh", (pool, options), ("linear", {"units": 2})
    )
    x = X.astype(np.float32)
    spoiled = np.where((np.arange(5) < LENGTHS[:, None])[:, :, None], x, 9)
    longer = np.concatenate([spoiled, np.full((3, 2, 4), -9, np.float32)], axis=1)
    expected = graph.forward(x, LENGTHS).data
    np.testing.assert_array_equal(graph.forward(spoiled, LENGTHS).data, expected)
    np.testing.assert_allclose(graph.forward(longer, LENGTHS).data, expected, rtol=0, atol=1e-6)
    assert (graph.forward(spoiled).data != expected).any()


def test_invalid_shapes_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"\(T, D\), got \(5,\)"):
        MeanOverTime().output_shape((5,))
    with pytest.raises(ShapeError, match="got size 3"):
        LastStep(bidirectional=True).output_shape((5, 3))


@pytest.mark.parametrize("layer", [MeanOverTime(), MaxOverTime()])
def test_a_sequence_without_steps_is_zeros(layer: MeanOverTime | MaxOverTime) -> None:
    x = Tensor(np.where(np.arange(5)[:, None] < 2, X, np.nan), requires_grad=True)
    result = layer.forward(x, lengths=np.array([2, 0, 1]))
    np.testing.assert_array_equal(result.data[1], 0)
    result.sum().backward()
    assert not x.grad[1].any()
    assert np.isfinite(x.grad).all()


def test_a_sequence_without_steps_has_no_last_step() -> None:
    with pytest.raises(ShapeError):
        LastStep().forward(Tensor(X), lengths=np.array([2, 0, 1]))
