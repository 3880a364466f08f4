"""Models: connections, shapes, names, memory and summary."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

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
        outputs="out",
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
    assert graph.outputs == {"output": "main", "auxiliary": "auxiliary"}
    outputs = graph.compute(batch(2, 4))
    assert [*outputs] == ["output", "auxiliary"]
    np.testing.assert_array_equal(outputs["output"].data, graph.forward(batch(2, 4)).data)
    assert outputs["auxiliary"].shape == (2, 2)
    graph.eval()
    seen: list[str] = []
    assert "auxiliary" not in graph.compute(batch(2, 4), on_output=lambda name, _: seen.append(name))
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


# ---- several inputs and outputs ----


def two_streams(graph_of: GraphOf, **options: Any) -> Graph:
    return graph_of(
        {"image": (4,), "caption": (5, 3)},
        Node("seen", "linear", {"units": 2}, ("image",)),
        Node("read", "gru", {"units": 2}, ("caption", "seen")),
        Node("score", "linear", {"units": 1}, ("read.hidden",)),
        **options,
    )


NAMED = {"words": "read", "score": "score"}


def pairs(count: int = 3) -> dict[str, np.ndarray]:
    return {"image": batch(count, 4), "caption": batch(count, 5, 3)}


def test_inputs_and_outputs_have_names_and_shapes(graph_of: GraphOf) -> None:
    graph = two_streams(graph_of, outputs=NAMED)
    assert graph.input_shapes == {"image": (4,), "caption": (5, 3)}
    assert graph.outputs == NAMED
    assert graph.output_shapes == {"words": (5, 2), "score": (1,)}
    outputs = graph.compute(pairs())
    assert {name: output.shape for name, output in outputs.items()} == {"words": (3, 5, 2), "score": (3, 1)}


def test_one_input_and_one_output_have_default_names(graph_of: GraphOf) -> None:
    graph = graph_of((3,), Node("dense", "linear", {"units": 2}), "relu")
    assert (graph.input_shapes, graph.outputs) == ({"input": (3,)}, {"output": "relu_1"})
    assert (graph.input_shape, graph.output_shape) == ((3,), (2,))
    assert (graph.output, graph.output_name) == ("relu_1", "output")
    x = batch(2, 3)
    np.testing.assert_array_equal(graph.forward({"input": x}).data, graph.forward(x).data)


def test_the_only_input_may_have_another_name(graph_of: GraphOf) -> None:
    graph = graph_of({"pixels": (3,)}, "relu", Node("sum", "add", inputs=("previous", "pixels")))
    x = batch(2, 3)
    np.testing.assert_array_equal(graph.forward(x).data, np.maximum(x, 0) + x)


@pytest.mark.parametrize("name", ["input_shape"])
def test_the_only_input_is_refused_if_there_are_several(graph_of: GraphOf, name: str) -> None:
    graph = two_streams(graph_of, outputs=NAMED)
    with pytest.raises(ValueError, match="image, caption"):
        getattr(graph, name)
    with pytest.raises(ValueError, match="image, caption"):
        graph.compute(batch(3, 4))


@pytest.mark.parametrize("name", ["output", "output_name", "output_shape"])
def test_the_only_output_is_refused_if_there_are_several(graph_of: GraphOf, name: str) -> None:
    graph = two_streams(graph_of, outputs=NAMED)
    with pytest.raises(ValueError, match="words, score"):
        getattr(graph, name)
    with pytest.raises(ValueError, match="words, score"):
        graph.forward(pairs())


def test_missing_and_unknown_inputs_and_lengths(graph_of: GraphOf) -> None:
    graph = two_streams(graph_of)
    with pytest.raises(ValueError, match="caption"):
        graph.forward({"image": batch(3, 4)})
    with pytest.raises(ValueError, match="captions"):
        graph.forward(pairs(), {"captions": np.array([1, 2, 3])})


def test_lengths_belong_to_time_axes(graph_of: GraphOf) -> None:
    graph = two_streams(graph_of, outputs=NAMED, time_axes={"image": None})
    lengths = np.array([5, 1, 2])
    by_axis = graph.output_lengths({"caption": lengths})
    assert by_axis["words"] is lengths
    assert by_axis["score"] is None
    assert graph.output_lengths(lengths)["words"] is lengths  # there is only one axis
    assert graph.output_lengths(None) == {"words": None, "score": None}
    one, other = (graph.compute(pairs(), it)["score"].data for it in (lengths, {"caption": lengths}))
    np.testing.assert_array_equal(one, other)
    assert (one[1] != graph.compute(pairs())["score"].data[1]).any()


def test_two_inputs_with_a_common_axis_have_common_lengths(graph_of: GraphOf) -> None:
    graph = graph_of(
        {"words": (4, 2), "tags": (4, 1)},
        Node("both", "concat", {}, ("tags", "words")),
        "mean_over_time",
        time_axes={"tags": "words"},
    )
    inputs = {"words": batch(2, 4, 2), "tags": batch(2, 4, 1)}
    mean = graph.forward(inputs, np.array([4, 1])).data
    np.testing.assert_array_equal(mean[1], np.concatenate([inputs["tags"][1, 0], inputs["words"][1, 0]]))


def test_two_outputs_may_share_a_node_and_be_read_by_others(graph_of: GraphOf) -> None:
    graph = graph_of(
        (3,), Node("a", "tanh"), Node("b", "relu"), Node("c", "tanh"), outputs={"one": "a", "two": "a", "end": "c"}
    )
    graph.eval()
    outputs = graph.compute(batch(2, 3))
    assert outputs["one"] is outputs["two"]
    np.testing.assert_allclose(outputs["end"].data, np.tanh(np.maximum(outputs["one"].data, 0)), rtol=1e-6)


def test_an_auxiliary_output_may_be_read_by_later_nodes(graph_of: GraphOf) -> None:
    graph = graph_of((3,), Node("early", "auxiliary_output", {"weight": 0.5}), "tanh")
    x = batch(2, 3)
    np.testing.assert_array_equal(graph.compute(x)["early"].data, x)
    np.testing.assert_allclose(graph.compute(x)["output"].data, np.tanh(x), rtol=1e-6)


def test_auxiliary_outputs_can_have_names(graph_of: GraphOf) -> None:
    nodes = [Node("side", "auxiliary_output", {"weight": 0.5}), Node("main", "tanh", inputs=("input",))]
    graph = graph_of((3,), *nodes, outputs={"class": "main", "early": "side"})
    assert graph.auxiliary == {"early": 0.5}
    assert graph.main_outputs == {"class": "main"}
    assert [*graph.compute(batch(2, 3))] == ["class", "early"]
    graph.eval()
    assert [*graph.compute(batch(2, 3))] == ["class"]


@pytest.mark.parametrize(
    ("outputs", "code"), [({}, "invalid_value"), ("side", "invalid_value"), ({"side": "main"}, "duplicate_name")]
)
def test_outputs_that_are_missing_or_ambiguous(graph_of: GraphOf, outputs: str | dict[str, str], code: str) -> None:
    nodes = [Node("side", "auxiliary_output", {"weight": 0.5}), Node("main", "tanh", inputs=("input",))]
    with pytest.raises(ConfigError) as caught:
        graph_of((3,), *nodes, outputs=outputs)
    assert (caught.value.key, caught.value.code) == ("output", code)


def test_the_embedding_of_one_token_may_be_an_initial_state(graph_of: GraphOf) -> None:
    """It is not fused with the layer, whose first input it is not."""
    graph = graph_of(
        {"language": (), "steps": (5, 3)},
        Node("start", "embedding", {"units": 2, "vocabulary_size": 4}, ("language",)),
        Node("layer", "gru", {"units": 2}, ("steps", "start")),
        outputs={"steps": "layer", "final": "layer.hidden"},
    )
    steps = batch(3, 5, 3)
    outputs = graph.compute({"language": np.array([1, 2, 3]), "steps": steps})
    start = Tensor(graph.layers["start"].weight.data[1:])  # type: ignore[attr-defined]
    expected = graph.layers["layer"].forward(Tensor(steps), start).data
    np.testing.assert_array_equal(outputs["steps"].data, expected)
    np.testing.assert_array_equal(outputs["final"].data, expected[:, -1])
