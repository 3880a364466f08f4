"""Execution plans: fused layers, with the same outputs and gradients."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import Graph, Node
from dlcli.nn.execution_plan import Step, plan

GraphOf = Callable[..., Graph]

CONV = {"filters": 4, "kernel_size": 3, "padding": "same", "use_bias": False}
BLOCK = [
    Node("conv_1", "conv2d", CONV),
    Node("norm_1", "batch_norm"),
    Node("relu_1", "relu"),
    Node("conv_2", "conv2d", CONV),
    Node("norm_2", "batch_norm"),
]
#: name -> nodes for images with four channels, and the operations of the plan, each named after its last layer
NETWORKS: dict[str, tuple[list[Node], list[str]]] = {
    "identity shortcut": (
        [*BLOCK, Node("sum", "add", inputs=("previous", "input")), Node("end", "relu")],
        ["conv_1", "relu_1", "conv_2", "end"],
    ),
    "shortcut first": (
        [*BLOCK, Node("sum", "add", inputs=("input", "previous")), Node("end", "relu")],
        ["conv_1", "relu_1", "conv_2", "end"],
    ),
    "projection": (
        [
            *BLOCK,
            Node("conv_3", "conv2d", CONV, ("input",)),
            Node("norm_3", "batch_norm"),
            Node("sum", "add", inputs=("norm_2", "norm_3")),
            Node("end", "relu"),
        ],
        ["conv_1", "relu_1", "conv_2", "conv_3", "norm_3", "end"],
    ),
    "no activation after the sum": (
        [*BLOCK, Node("sum", "add", inputs=("previous", "input")), Node("end", "tanh")],
        ["conv_1", "relu_1", "conv_2", "sum", "end"],
    ),
    "a sum of three": (
        [*BLOCK, Node("sum", "add", inputs=("input", "norm_2", "relu_1")), Node("end", "relu")],
        ["conv_1", "relu_1", "conv_2", "end"],
    ),
    "read twice": (
        [*BLOCK, Node("sum", "add", inputs=("norm_2", "norm_2")), Node("end", "relu")],
        ["conv_1", "relu_1", "conv_2", "norm_2", "sum", "end"],
    ),
    "read elsewhere as well": (
        [*BLOCK, Node("sum", "add", inputs=("norm_2", "input")), Node("both", "concat", inputs=("sum", "norm_2"))],
        ["conv_1", "relu_1", "conv_2", "norm_2", "sum", "both"],
    ),
    "convolution and activation": (
        [Node("conv_1", "conv2d", CONV), Node("relu_1", "relu"), Node("pool", "max_pool2d")],
        ["relu_1", "pool"],
    ),
    "product": (
        [Node("norm", "batch_norm"), Node("gate", "multiply", inputs=("previous", "input"))],
        ["norm", "gate"],
    ),
}


def planned(graph: Graph, *outputs: str, separate: Collection[str] | None = ()) -> list[Step]:
    return plan(graph.nodes, graph.layers, outputs, time_axes=graph.time_axes, separate=separate)


def images(dtype: type[np.floating]) -> np.ndarray:
    return np.random.default_rng(5).standard_normal((3, 6, 5, 4)).astype(dtype)


def outcome(graph: Graph, *, fused: bool, training: bool) -> dict[str, np.ndarray]:
    """Compute the output, the gradients and the moving averages after two passes."""
    graph.train(training)
    x = Tensor(images(graph.dtype.type), requires_grad=True)
    for _ in range(2):
        # a watched pass is not fused
        result = graph.forward(x) if fused else graph.forward(x, on_output=lambda name, output: None)
    result.backward(np.random.default_rng(6).standard_normal(result.shape).astype(graph.dtype))
    assert x.grad is not None
    gradients = {name: parameter.grad for name, parameter in graph.parameters().items()}
    assert all(gradient is not None for gradient in gradients.values())
    return {"result": result.data, "input": x.grad} | gradients | graph.buffers()


@pytest.mark.parametrize("name", NETWORKS)
def test_fused_layers(graph_of: GraphOf, name: str) -> None:
    nodes, expected = NETWORKS[name]
    graph = graph_of((6, 5, 4), *nodes)
    fused = planned(graph, graph.output)
    assert [step.name for step in fused] == expected
    separate = planned(graph, graph.output, separate=None)
    assert [step.name for step in separate] == [node.name for node in graph.nodes]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
@pytest.mark.parametrize("name", NETWORKS)
def test_fused_layers_agree_with_separate_ones(
    graph_of: GraphOf, name: str, dtype: type[np.floating], tolerance: float, training: bool
) -> None:
    nodes, _ = NETWORKS[name]
    fused, separate = (
        outcome(graph_of((6, 5, 4), *nodes, dtype=dtype), fused=fused, training=training) for fused in (True, False)
    )
    assert fused.keys() == separate.keys()
    for key, array in fused.items():
        np.testing.assert_allclose(array, separate[key], rtol=tolerance, atol=tolerance, err_msg=key)


def test_a_fused_operation_runs_when_all_its_inputs_are_available(graph_of: GraphOf) -> None:
    """The norm comes before the shortcut's layers and the sum after them, and so does the fused operation."""
    nodes, _ = NETWORKS["projection"]
    graph = graph_of((6, 5, 4), *nodes)
    steps = planned(graph, graph.output)
    last = steps[-1]
    assert last.inputs == ("conv_2", "norm_3")
    assert last.finished == ("conv_2", "norm_3")
    computed = {"input"}
    for step in steps:
        assert computed.issuperset(step.inputs)
        computed.add(step.name)


def test_a_watched_node_is_not_inside_a_fused_operation(graph_of: GraphOf) -> None:
    graph = graph_of((6, 5, 4), Node("norm", "batch_norm"), Node("end", "relu"))
    steps = planned(graph, "end", separate={"norm"})
    assert [step.name for step in steps] == ["norm", "end"]


def test_nodes_that_no_output_needs_are_skipped(graph_of: GraphOf) -> None:
    graph = graph_of((6, 5, 4), Node("norm", "batch_norm"), Node("end", "relu"))
    assert [step.name for step in planned(graph, "norm")] == ["norm"]


def test_a_recurrent_layer_whose_state_is_read_is_fused_with_its_embedding(graph_of: GraphOf) -> None:
    nodes = [
        Node("embedding", "embedding", {"units": 3, "vocabulary_size": 5}),
        Node("lstm", "lstm", {"units": 2}),
        Node("head", "linear", {"units": 2}, ("lstm.cell",)),
    ]
    graph = graph_of((4,), *nodes)
    first, second = planned(graph, "head")
    assert (first.name, first.inputs, first.time_axis) == ("lstm", ("input",), "input")
    assert first.states == ("lstm.hidden", "lstm.cell")
    # what nobody reads is freed at once
    assert first.finished == ("input", "lstm.hidden", "lstm")
    assert (second.inputs, second.finished) == (("lstm.cell",), ("lstm.cell",))
    tokens = np.array([[1, 2, 3, 4], [4, 4, 0, 0]])
    fused, separate = (graph.forward(tokens, np.array([4, 2]), on_output=it) for it in (None, lambda *_: None))
    np.testing.assert_allclose(fused.data, separate.data, rtol=1e-6)


def test_states_are_collected_only_if_they_are_read(graph_of: GraphOf) -> None:
    graph = graph_of((4, 3), Node("lstm", "lstm", {"units": 2}), "last_step")
    assert [step.states for step in planned(graph, graph.output)] == [(), ()]


def test_lengths_are_those_of_the_axis_of_the_layer_that_takes_them(graph_of: GraphOf) -> None:
    graph = graph_of(
        {"source": (4,), "target": (6,)},
        Node("words", "embedding", {"units": 3, "vocabulary_size": 5}, ("source",)),
        Node("encoder", "gru", {"units": 2}),
        Node("given", "embedding", {"units": 3, "vocabulary_size": 5}, ("target",)),
        Node("decoder", "gru", {"units": 2}, ("given", "encoder.hidden")),
        Node("pool", "max_over_time"),
    )
    steps = {step.name: step for step in planned(graph, "pool")}
    assert {name: step.time_axis for name, step in steps.items()} == {
        "encoder": "source",
        "decoder": "target",
        "pool": "target",
    }
    assert steps["decoder"].inputs == ("target", "encoder.hidden")


def test_an_output_is_kept_although_a_later_step_reads_it(graph_of: GraphOf) -> None:
    graph = graph_of((4,), Node("a", "tanh"), Node("b", "tanh"), Node("c", "tanh"))
    assert [step.finished for step in planned(graph, "a", "c")] == [("input",), (), ("b",)]
