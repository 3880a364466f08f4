"""Time axes: which values have the steps of which input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dlcli.core import ConfigError
from dlcli.nn import Graph, GraphValues, Node

GraphOf = Callable[..., Graph]


def test_an_input_has_its_own_axis_unless_it_is_an_image() -> None:
    values = GraphValues.of_inputs({"words": (7,), "vectors": (5, 3), "image": (8, 8, 1)})
    assert values.time_axes == {"words": "words", "vectors": "vectors", "image": None}


def test_declared_axes_replace_the_defaults() -> None:
    shapes = {"words": (7,), "tags": (7,), "video": (9, 4, 4, 1), "features": (5,)}
    values = GraphValues.of_inputs(shapes, {"tags": "words", "video": "frames", "features": None})
    assert values.time_axes == {"words": "words", "tags": "words", "video": "frames", "features": None}


def test_an_axis_of_an_unknown_input() -> None:
    with pytest.raises(ConfigError) as caught:
        GraphValues.of_inputs({"words": (7,)}, {"word": "time"})
    assert (caught.value.key, caught.value.code) == ("time_axes", "unknown_name")


def test_layers_pass_on_the_axis_of_their_first_input(graph_of: GraphOf) -> None:
    graph = graph_of(
        {"source": (4, 3), "target": (6, 2)},
        Node("encoder", "gru", {"units": 5}, ("source",)),
        Node("mean", "mean_over_time", {}, ("encoder",)),
        Node("decoder", "gru", {"units": 5}, ("target", "mean")),
        Node("logits", "linear", {"units": 2}, ("decoder",)),
    )
    assert graph.time_axes == {
        "source": "source",
        "target": "target",
        "encoder": "source",
        "encoder.hidden": None,
        "mean": None,
        "decoder": "target",
        "decoder.hidden": None,
        "logits": "target",
    }


@pytest.mark.parametrize(("layer", "options"), [("add", {}), ("multiply", {}), ("concat", {}), ("concat", {"axis": 0})])
def test_sequences_of_different_lengths_cannot_be_merged(
    graph_of: GraphOf, layer: str, options: dict[str, Any]
) -> None:
    inputs = {"source": (4, 3), "target": (4, 3)}
    nodes = [
        Node("active", "tanh", {}, ("source",)),
        Node("merged", layer, options, ("target", "active")),
    ]
    with pytest.raises(ConfigError) as caught:
        graph_of(inputs, *nodes)
    assert (caught.value.key, caught.value.code) == ("nodes[1]", "wrong_shape")
    assert {"merged", "source", "active", "target"} <= {
        *caught.value.message.replace("(", " ").replace(")", " ").replace('"', " ").split()
    }
    merged = graph_of(inputs, *nodes, time_axes={"target": "source"})
    assert merged.time_axes["merged"] == "source"


def test_vectors_and_images_can_be_merged(graph_of: GraphOf) -> None:
    images = graph_of({"left": (4, 4, 1), "right": (4, 4, 1)}, Node("sum", "add", {}, ("left", "right")))
    assert images.time_axes["sum"] is None
    vectors = graph_of({"left": (4,), "right": (3,)}, Node("both", "concat", {}, ("left", "right")))
    assert vectors.shapes["both"] == (7,)


def test_a_merge_has_the_axis_of_the_sequence_among_its_inputs(graph_of: GraphOf) -> None:
    graph = graph_of(
        {"table": (6,), "words": (3, 2)},
        Node("matrix", "reshape", {"shape": [3, 2]}, ("table",)),
        Node("sum", "add", {}, ("matrix", "words")),
    )
    assert graph.time_axes["sum"] == "words"
