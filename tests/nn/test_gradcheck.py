"""Gradient checking of layers and models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Context, Function, Tensor
from dlcli.core import registry
from dlcli.nn import Graph, Layer, LayerSample, Node, check_layer, check_model

GraphOf = Callable[..., Graph]
X = np.random.default_rng(0).standard_normal((6, 4))
LABELS = np.array([0, 1, 2, 0, 1, 2])


def loss(outputs: Tensor) -> Tensor:
    return ops.softmax_cross_entropy(outputs, LABELS)


class SlopedTanh(Function):
    """Tanh with the wrong derivative 1 − |tanh|."""

    @staticmethod
    def forward(ctx: Context, x: np.ndarray) -> np.ndarray:
        y = np.tanh(x)
        ctx.save(y)
        return y

    @staticmethod
    def backward(ctx: Context, grad: np.ndarray) -> np.ndarray:
        (y,) = ctx.saved
        return grad * (1 - np.abs(y))


class WrongLayer(Layer):
    """Layer with a wrong backward."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return SlopedTanh.apply(inputs[0])

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(), ((3,),))


class UncheckedLayer(Layer):
    """Layer without samples."""


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Register both layers above for one test."""
    layers = dict(registry._components["layer"], wrong=WrongLayer, unchecked=UncheckedLayer)
    monkeypatch.setitem(registry._components, "layer", layers)
    yield


def test_every_parameter_of_a_model_with_dropout_and_batch_norm(graph_of: GraphOf) -> None:
    graph = graph_of(
        (4,),
        Node("first", "linear", {"units": 5, "use_bias": False}),
        "batch_norm",
        Node("trunk", "elu"),
        ("dropout", {"rate": 0.3}),
        ("linear", {"units": 5}),
        Node("sum", "add", inputs=("previous", "trunk")),
        "relu",
        Node("output", "linear", {"units": 3}),
        dtype=np.float64,
    )
    generators = [layer.generator for layer in graph.layers.values()]
    checks = check_model(graph, loss, X)
    assert [check.parameter for check in checks] == list(graph.parameters())
    assert all(check.passed() for check in checks)
    assert sum(check.checked + check.kinks for check in checks) == sum(p.size for p in graph.parameters().values())
    assert [layer.generator for layer in graph.layers.values()] == generators, "generators are restored"


def test_frozen_parameters_are_not_checked(graph_of: GraphOf) -> None:
    graph = graph_of((4,), ("linear", {"units": 3}), dtype=np.float64)
    graph.parameters()["linear_1.weight"].trainable = False
    assert [check.parameter for check in check_model(graph, loss, X)] == ["linear_1.bias"]


@pytest.mark.usefixtures("registered")
def test_a_wrong_layer_affects_the_parameters_before_it(graph_of: GraphOf) -> None:
    graph = graph_of(
        (4,), Node("before", "linear", {"units": 3}), "wrong", Node("after", "linear", {"units": 3}), dtype=np.float64
    )
    outcome = {check.parameter: check.passed() for check in check_model(graph, loss, X)}
    assert outcome == {"before.weight": False, "before.bias": False, "after.weight": True, "after.bias": True}


@pytest.mark.usefixtures("registered")
def test_a_wrong_layer_fails_with_its_name() -> None:
    (check,) = check_layer("wrong")
    assert check.parameter == "wrong[0].input[0]"
    assert not check.passed()


@pytest.mark.usefixtures("registered")
def test_a_layer_without_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="'unchecked'"):
        check_layer("unchecked")


def test_along_directions_with_auxiliary_outputs(graph_of: GraphOf) -> None:
    graph = graph_of(
        (4,),
        Node("first", "linear", {"units": 5}),
        Node("trunk", "tanh"),
        Node("early", "linear", {"units": 3}),
        Node("aux", "auxiliary_output", {"weight": 0.3}),
        Node("output", "linear", {"units": 3}, inputs=("trunk",)),
        outputs="output",
        dtype=np.float64,
    )
    checks = check_model(graph, loss, X, along_directions=True, generator=np.random.default_rng(0))
    assert [check.parameter for check in checks] == list(graph.parameters())
    assert all(check.passed() and check.index == () for check in checks)
    assert {check.parameter for check in checks if check.analytic == 0} == set()
    with pytest.raises(ValueError, match="needs a generator"):
        check_model(graph, loss, X, along_directions=True)


def test_each_output_may_have_its_own_loss(graph_of: GraphOf) -> None:
    graph = graph_of(
        {"left": (4,), "right": (4,)},
        Node("sum", "add", {}, ("left", "right")),
        Node("trunk", "linear", {"units": 3}),
        Node("class", "linear", {"units": 3}, ("trunk",)),
        Node("mass", "linear", {"units": 1}, ("trunk",)),
        outputs={"class": "class", "mass": "mass"},
        dtype=np.float64,
    )
    losses = {"class": loss, "mass": lambda output: (output * output).mean()}
    checks = check_model(graph, losses, {"left": X, "right": X[::-1]})
    assert [check.parameter for check in checks] == list(graph.parameters())
    assert all(check.passed() and check.analytic != 0 for check in checks)
