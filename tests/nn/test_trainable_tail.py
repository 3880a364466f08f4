"""The part of a model after its frozen trunk."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlcli.nn import Graph, LayerRoles, Node, TrainableTail, find_trunk_end

GraphOf = Callable[..., Graph]


def chain(graph_of: GraphOf) -> Graph:
    return graph_of(
        (4,),
        ("linear", {"units": 6}),
        "relu",
        ("dropout", {"rate": 0.5}),
        ("linear", {"units": 3}),
    )


def test_the_tail_computes_the_same_outputs_from_the_features(graph_of: GraphOf) -> None:
    graph = chain(graph_of)
    LayerRoles.of(graph, train="head").apply(graph)
    end = find_trunk_end(graph)
    assert end == "relu_1"  # the dropout after the last frozen layer belongs to the head
    tail = TrainableTail(graph, end)
    assert [node.name for node in tail.nodes] == ["dropout_1", "linear_2"]
    assert (tail.input_shape, tail.output_shape) == ((6,), (3,))
    graph.eval()
    x = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
    seen: dict[str, np.ndarray] = {}
    expected = graph.forward(x, on_output=seen.__setitem__).data
    assert np.array_equal(tail.forward(seen["relu_1"]).data, expected)


def test_names_weights_and_modes_are_those_of_the_whole_model(graph_of: GraphOf) -> None:
    graph = chain(graph_of)
    LayerRoles.of(graph, train="head").apply(graph)
    tail = TrainableTail(graph, "relu_1")
    assert list(tail.state_dict()) == list(graph.state_dict())
    tail.load_state_dict({name: np.full_like(array, 2) for name, array in graph.state_dict().items()})
    assert (graph.state_dict()["linear_1.weight"] == 2).all()
    tail.eval()
    assert not graph.training
    tail.train()
    assert (graph.training, graph.layers["dropout_1"].training, graph.layers["linear_1"].training) == (
        True,
        True,
        False,
    )


def test_a_shortcut_around_the_last_frozen_node_moves_the_end(graph_of: GraphOf) -> None:
    graph = graph_of(
        (4,),
        Node("stem", "linear", {"units": 3}),
        Node("block", "linear", {"units": 3}),
        Node("new", "linear", {"units": 3}, inputs=("stem",)),
        Node("sum", "add", inputs=("block", "new")),
        Node("head", "linear", {"units": 2}),
    )
    LayerRoles.of(graph, train="head", reinitialize=["new"]).apply(graph)
    assert find_trunk_end(graph) == "stem"


def test_without_a_frozen_trunk_there_is_no_end(graph_of: GraphOf) -> None:
    graph = chain(graph_of)
    assert find_trunk_end(graph) is None
    read_twice = graph_of(
        (4,),
        Node("frozen", "linear", {"units": 4}),
        Node("head", "linear", {"units": 4}),
        Node("sum", "add", inputs=("head", "input")),
    )
    LayerRoles.of(read_twice, train="head").apply(read_twice)
    assert find_trunk_end(read_twice) is None


def test_a_state_may_be_read_after_the_trunk_only_through_a_node_of_the_trunk(graph_of: GraphOf) -> None:
    nodes = [
        Node("encoder", "gru", {"units": 3}),
        Node("summary", "linear", {"units": 2}, ("encoder.hidden",)),
        Node("head", "linear", {"units": 2}),
    ]
    graph = graph_of((4, 2), *nodes)
    LayerRoles.of(graph, train="head").apply(graph)
    assert find_trunk_end(graph) == "summary"
    direct = graph_of((4, 2), nodes[0], Node("head", "linear", {"units": 2}, ("encoder.hidden",)))
    LayerRoles.of(direct, train="head").apply(direct)
    assert find_trunk_end(direct) is None


def test_two_heads_on_one_trunk(graph_of: GraphOf) -> None:
    graph = graph_of(
        {"left": (4,), "right": (3,)},
        Node("both", "concat", {}, ("left", "right")),
        Node("trunk", "linear", {"units": 5}),
        Node("class", "linear", {"units": 3}, ("trunk",)),
        Node("mass", "linear", {"units": 1}, ("trunk",)),
        outputs={"class": "class", "mass": "mass"},
    )
    LayerRoles.of(graph, train="head").apply(graph)
    assert find_trunk_end(graph) == "trunk"
    tail = TrainableTail(graph, "trunk")
    graph.eval()
    generator = np.random.default_rng(0)
    inputs = {name: generator.standard_normal((2, *shape)) for name, shape in graph.input_shapes.items()}
    seen: dict[str, np.ndarray] = {}
    expected = graph.compute(inputs, on_output=seen.__setitem__)
    outputs = tail.compute(seen["trunk"])
    assert outputs.keys() == expected.keys()
    for name, output in outputs.items():
        np.testing.assert_array_equal(output.data, expected[name].data)


def test_without_an_end_if_an_output_or_an_input_passes_the_trunk(graph_of: GraphOf) -> None:
    frozen = Node("frozen", "linear", {"units": 4}, ("left",))
    inputs = {"left": (4,), "right": (4,)}
    second = graph_of(inputs, frozen, Node("sum", "add", {}, ("frozen", "right")), Node("head", "linear", {"units": 2}))
    early = graph_of(
        (4,),
        Node("frozen", "linear", {"units": 4}),
        Node("head", "linear", {"units": 2}),
        outputs={"features": "frozen", "class": "head"},
    )
    for graph, end in ((second, "sum"), (early, None)):
        graph.layers["frozen"].freeze()
        assert find_trunk_end(graph) == end
