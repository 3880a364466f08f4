"""Models: connections, shapes, names, memory and summary."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import numpy as np
import pytest

from dlcli.autograd import Tensor, no_grad
from dlcli.core import ConfigError
from dlcli.nn import Graph, Node, NodeSummary

GraphOf = Callable[..., Graph]


def batch(*shape: int) -> np.ndarray:
    return np.random.default_rng(5).standard_normal(shape).astype(np.float32)


def test_a_chain_computes_layer_after_layer(graph_of: GraphOf) -> None:
    graph = graph_of((4,), ("linear", {"units": 3}), "relu", ("linear", {"units": 2}))
    state = graph.state_dict()
    assert list(state) == ["linear_1.weight", "linear_1.bias", "linear_2.weight", "linear_2.bias"]
    x = batch(5, 4)
    hidden = np.maximum(x @ state["linear_1.weight"] + state["linear_1.bias"], 0)
    np.testing.assert_allclose(
        graph.forward(x).data, hidden @ state["linear_2.weight"] + state["linear_2.bias"], rtol=1e-6
    )
    assert graph.output_shape == (2,)


def test_residual_and_concatenation(graph_of: GraphOf) -> None:
    graph = graph_of(
        (3,),
        Node("trunk", "tanh"),
        Node("branch", "relu"),
        Node("sum", "add", inputs=("previous", "trunk")),
        Node("both", "concat", inputs=("sum", "input", "branch")),
    )
    x = batch(2, 3)
    trunk = np.tanh(x)
    branch = np.maximum(trunk, 0)
    np.testing.assert_allclose(graph.forward(x).data, np.concatenate([branch + trunk, x, branch], axis=1), rtol=1e-6)
    assert graph.output_shape == (9,)


def test_the_output_may_stand_anywhere(graph_of: GraphOf) -> None:
    graph = graph_of(
        (2,),
        Node("out", "add", inputs=("a", "b")),
        Node("a", "tanh", inputs=("input",)),
        Node("b", "relu", inputs=("input",)),
        output="out",
    )
    x = batch(2, 2)
    np.testing.assert_allclose(graph.forward(x).data, np.tanh(x) + np.maximum(x, 0), rtol=1e-6)


def test_parameters_know_their_names_and_which_decay(graph_of: GraphOf) -> None:
    graph = graph_of((4,), ("linear", {"units": 3, "use_bias": False}), "batch_norm", ("linear", {"units": 2}))
    assert {name: (parameter.name, parameter.decay) for name, parameter in graph.parameters().items()} == {
        "linear_1.weight": ("linear_1.weight", True),
        "batch_norm_1.gamma": ("batch_norm_1.gamma", False),
        "batch_norm_1.beta": ("batch_norm_1.beta", False),
        "linear_2.weight": ("linear_2.weight", True),
        "linear_2.bias": ("linear_2.bias", False),
    }
    assert list(graph.buffers()) == ["batch_norm_1.moving_mean", "batch_norm_1.moving_variance"]


def test_summary(graph_of: GraphOf) -> None:
    graph = graph_of((2, 3), "flatten", Node("dense", "linear", {"units": 4}), "relu", "batch_norm")
    assert graph.summary() == [
        NodeSummary("flatten_1", "flatten", ("input",), (6,), 0, 0),
        NodeSummary("dense", "linear", ("flatten_1",), (4,), 28, 52),  # 4·(2·6 + 1)
        NodeSummary("relu_1", "relu", ("dense",), (4,), 0, 4),
        NodeSummary("batch_norm_1", "batch_norm", ("relu_1",), (4,), 8, 8),
    ]


def test_shape_errors_name_the_node_its_inputs_and_the_formula(graph_of: GraphOf) -> None:
    with pytest.raises(ConfigError) as caught:
        graph_of((6,), Node("wide", "linear", {"units": 8}), Node("sum", "add", inputs=("wide", "input")))
    assert caught.value.message.startswith('node "sum" (add): ')
    assert "(8,) and (6,); " in caught.value.message
    assert caught.value.message.endswith("wide (8,), input (6,)")
    assert (caught.value.key, caught.value.code) == ("nodes[1]", "wrong_shape")
    with pytest.raises(ConfigError, match=r'node "reshape_1" .*\(4×2 = 8\)'):
        graph_of((6,), ("reshape", {"shape": [4, 2]}))


def test_the_number_of_inputs_is_checked(graph_of: GraphOf) -> None:
    with pytest.raises(ConfigError, match=r'node "b" .* 1 input, got 2 \(a, input\)'):
        graph_of((3,), Node("a", "relu"), Node("b", "relu", inputs=("a", "input")))
    with pytest.raises(ConfigError, match="got one"):
        graph_of((3,), Node("a", "relu"), Node("b", "add"))


def test_a_model_without_layers_is_refused(graph_of: GraphOf) -> None:
    with pytest.raises(ConfigError, match="at least one layer"):
        graph_of((3,))


def test_the_same_seed_gives_the_same_weights(graph_of: GraphOf) -> None:
    def first_weight(seed: int) -> np.ndarray:
        return graph_of((4,), ("linear", {"units": 3}), seed=seed).state_dict()["linear_1.weight"]

    np.testing.assert_array_equal(first_weight(1), first_weight(1))
    assert (first_weight(1) != first_weight(2)).any()


def test_dropout_does_not_change_the_initial_weights(graph_of: GraphOf) -> None:
    plain = graph_of((4,), ("linear", {"units": 3}), ("linear", {"units": 2}))
    dropped = graph_of((4,), ("linear", {"units": 3}), ("dropout", {"rate": 0.5}), ("linear", {"units": 2}))
    for name, array in plain.state_dict().items():
        np.testing.assert_array_equal(array, dropped.state_dict()[name])


def test_double_precision_keeps_the_weights_of_single(graph_of: GraphOf) -> None:
    entries = (("linear", {"units": 3}), "batch_norm")
    single, double = (graph_of((4,), *entries, dtype=dtype) for dtype in (np.float32, np.float64))
    for name, array in double.state_dict().items():
        assert array.dtype == np.float64
        np.testing.assert_array_equal(array.astype(np.float32), single.state_dict()[name])
    assert double.forward(batch(2, 4)).dtype == np.float64
    single.astype(np.float64)
    assert single.forward(batch(2, 4)).dtype == np.float64
    assert {array.dtype for array in single.state_dict().values()} == {np.dtype(np.float64)}


def test_on_output_sees_every_node_in_order(graph_of: GraphOf) -> None:
    graph = graph_of((4,), ("linear", {"units": 3}), "relu")
    seen: dict[str, np.ndarray] = {}
    result = graph.forward(batch(2, 4), on_output=seen.__setitem__)
    assert list(seen) == ["linear_1", "relu_1"]
    np.testing.assert_array_equal(seen["relu_1"], result.data)
    np.testing.assert_array_equal(np.maximum(seen["linear_1"], 0), result.data)


def test_on_output_gets_only_watched_nodes_and_the_others_are_fused(graph_of: GraphOf) -> None:
    graph = graph_of(
        (6, 6, 1),
        Node("edges", "conv2d", {"filters": 2, "kernel_size": 3}),
        Node("active", "relu"),
        "flatten",
        ("linear", {"units": 3}),
        Node("last", "relu"),
    )
    x = batch(2, 6, 6, 1)
    seen: dict[str, np.ndarray] = {}
    whole: dict[str, np.ndarray] = {}
    result = graph.forward(x, on_output=seen.__setitem__, watched=["active", "last", "nowhere"])
    graph.forward(x, on_output=whole.__setitem__)
    assert list(seen) == ["active", "last"]
    for name in seen:
        np.testing.assert_allclose(seen[name], whole[name], rtol=1e-6)
    np.testing.assert_array_equal(result.data, graph.forward(x).data)
    inner: dict[str, np.ndarray] = {}
    graph.forward(x, on_output=inner.__setitem__, watched=["edges"])
    np.testing.assert_array_equal(inner["edges"], whole["edges"])


def test_intermediate_outputs_are_freed(graph_of: GraphOf) -> None:
    """Without recording, the output of a node is freed when its last reader has run."""
    graph = graph_of((4,), "tanh", "tanh", "tanh", "tanh")
    alive: list[weakref.ref[np.ndarray]] = []
    counts: list[int] = []

    def watch(name: str, output: np.ndarray) -> None:
        counts.append(sum(reference() is not None for reference in alive))
        alive.append(weakref.ref(output))

    with no_grad():
        graph.forward(batch(2, 4), on_output=watch)
    assert counts == [0, 0, 0, 0]


def test_a_training_step_leaves_no_reference_cycles(graph_of: GraphOf) -> None:
    graph = graph_of((4,), ("linear", {"units": 3}), "relu")
    gc.collect()
    gc.disable()
    try:
        result = graph.forward(batch(2, 4))
        reference = weakref.ref(result.creator.saved[0]) if result.creator else None
        result.backward(np.ones(result.shape, np.float32))
        del result
        assert reference is not None
        assert reference() is None
    finally:
        gc.enable()


def test_a_tensor_is_not_converted(graph_of: GraphOf) -> None:
    x = Tensor(batch(2, 4), requires_grad=True)
    graph_of((4,), ("linear", {"units": 3})).forward(x).sum().backward()
    assert x.grad is not None


def test_a_deep_chain_runs_and_trains(graph_of: GraphOf) -> None:
    graph = graph_of((2,), *["identity", "tanh"] * 1000)
    x = Tensor(batch(2, 2), requires_grad=True)
    graph.forward(x).sum().backward()
    assert x.grad is not None
    assert np.isfinite(x.grad).all()


def test_auxiliary_outputs_exist_only_in_training(graph_of: GraphOf) -> None:
    nodes = [
        Node("trunk", "linear", {"units": 3}),
        Node("side", "linear", {"units": 2}, ("trunk",)),
        Node("auxiliary", "auxiliary_output", {"weight": 0.4}, ("side",)),
        Node("main", "linear", {"units": 2}, ("trunk",)),
    ]
    graph = graph_of((4,), *nodes)
    assert graph.output == "main"
    assert graph.auxiliary == {"auxiliary": 0.4}
    outputs = graph.outputs(batch(2, 4))
    np.testing.assert_array_equal(outputs["main"].data, graph.forward(batch(2, 4)).data)
    assert outputs["auxiliary"].shape == (2, 2)
    graph.eval()
    seen: list[str] = []
    assert "auxiliary" not in graph.outputs(batch(2, 4), on_output=lambda name, _: seen.append(name))
    assert seen == ["trunk", "main"]


def test_node_outputs_of_images_of_any_size(graph_of: GraphOf) -> None:
    graph = graph_of(
        (6, 6, 1),
        Node("edges", "conv2d", {"filters": 2, "kernel_size": 3}),
        Node("active", "relu"),
        "flatten",
        ("linear", {"units": 3}),
    )
    seen: dict[str, np.ndarray] = {}
    graph.forward(batch(2, 6, 6, 1), on_output=seen.__setitem__)
    outputs = graph.node_outputs(batch(2, 6, 6, 1), ["edges", "active"])
    assert set(outputs) == {"edges", "active"}
    np.testing.assert_array_equal(outputs["edges"], seen["edges"])
    np.testing.assert_array_equal(outputs["active"], seen["active"])
    assert graph.node_outputs(batch(2, 20, 9, 1), ["active"])["active"].shape == (2, 18, 7, 2)
