"""Weights by name and layout: what matches, and what is said when it does not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dlcli.errors import ConfigError
from dlcli.nn import Graph, Node
from dlcli.nn.pretrained import Matching, check_complete, load, match

GraphOf = Callable[..., Graph]


def small(graph_of: GraphOf, *, channels: int = 1, classes: int = 3, filters: int = 2, seed: int = 0) -> Graph:
    return graph_of(
        (4, 4, channels),
        Node("conv1", "conv2d", {"filters": filters, "kernel_size": 3}),
        Node("bn1", "batch_norm"),
        Node("relu1", "relu"),
        Node("flat", "flatten"),
        Node("fc", "linear", {"units": classes}),
        seed=seed,
    )


def in_torch(graph: Graph) -> dict[str, np.ndarray]:
    """The graph's weights as PyTorch would save them: channels first, outputs first."""
    own = graph.state_dict()
    height, width, channels = graph.shapes["relu1"]
    matrix = own["fc.weight"].reshape(height, width, channels, -1)
    return {
        "conv1.weight": own["conv1.weight"].transpose(3, 2, 0, 1),
        "conv1.bias": own["conv1.bias"],
        "bn1.weight": own["bn1.gamma"],
        "bn1.bias": own["bn1.beta"],
        "bn1.running_mean": own["bn1.moving_mean"],
        "bn1.running_var": own["bn1.moving_variance"],
        "bn1.num_batches_tracked": np.array(7),
        "fc.weight": matrix.transpose(3, 2, 0, 1).reshape(matrix.shape[3], -1),
        "fc.bias": own["fc.bias"],
    }


@pytest.mark.parametrize("naming", ["dlcli", "torch"])
def test_weights_are_found_in_both_namings_and_new_layers_keep_their_own(graph_of: GraphOf, naming: str) -> None:
    theirs, ours = small(graph_of, classes=5, seed=1), small(graph_of)
    state = theirs.state_dict() if naming == "dlcli" else in_torch(theirs)
    head = {name: array.copy() for name, array in ours.state_dict().items() if name.startswith("fc.")}
    matching = match(ours, state, ["fc"])
    assert (matching.naming, matching.complete) == (naming, True)
    assert sorted(matching.unused) == ["fc.bias", "fc.weight"]
    load(ours, matching)
    for name, array in ours.state_dict().items():
        assert np.array_equal(array, head[name] if name in head else theirs.state_dict()[name]), name


def refusal(graph: Graph, state: dict[str, np.ndarray], new: list[str]) -> tuple[str, str | None]:
    matching = match(graph, state, new)
    with pytest.raises(ConfigError) as caught:
        check_complete(graph, matching, state, "trunk.safetensors")
    return caught.value.message, caught.value.key


def test_a_file_of_another_model_is_refused(graph_of: GraphOf) -> None:
    message, key = refusal(small(graph_of), {"encoder.weight": np.ones(3)}, ["fc"])
    assert key == "model.from"
    assert message == (
        "none of the weights in trunk.safetensors is for this model: it has encoder.weight; "
        "the model needs conv1.weight, conv1.bias, bn1.gamma, bn1.beta, bn1.moving_mean, …"
    )


@pytest.mark.parametrize("torch_names", [False, True])
def test_other_channels_are_told(graph_of: GraphOf, torch_names: bool) -> None:
    theirs = small(graph_of, channels=3)
    message, key = refusal(small(graph_of), in_torch(theirs) if torch_names else theirs.state_dict(), ["fc"])
    assert (message, key) == (
        "the weights in trunk.safetensors are for inputs of 3 channels, this data has 1",
        "model.from",
    )


def test_a_head_for_other_classes_can_be_replaced(graph_of: GraphOf) -> None:
    message, key = refusal(small(graph_of), small(graph_of, classes=5).state_dict(), [])
    assert key == "model.replace_head"
    assert "the head fc of trunk.safetensors is not for this data: fc.weight is (8, 5) there and (8, 3) here" in message
    assert message.endswith("replace_head: true makes it anew")


def test_layers_that_would_stay_random_are_named(graph_of: GraphOf) -> None:
    state = small(graph_of).state_dict()
    del state["bn1.beta"]
    message, key = refusal(small(graph_of), state, ["fc"])
    assert key == "model.from"
    assert message.startswith("trunk.safetensors has no weights for 1 of the layers: bn1.beta is missing; ")
    assert "reinitialize: [bn1] makes them anew" in message
    wider = small(graph_of, filters=4).state_dict()
    assert "conv1.weight is (3, 3, 1, 4) there and (3, 3, 1, 2) here" in refusal(small(graph_of), wider, ["fc"])[0]


def test_other_types_of_numbers_are_converted(graph_of: GraphOf) -> None:
    graph = small(graph_of)
    state = {name: np.ones(array.shape, np.float16) for name, array in graph.state_dict().items()}
    load(graph, match(graph, state, []))
    assert graph.state_dict()["fc.weight"].dtype == np.float32
    assert (graph.state_dict()["fc.weight"] == 1).all()


def test_what_is_complete_passes(graph_of: GraphOf) -> None:
    graph = small(graph_of)
    check_complete(graph, Matching("dlcli", {}, (), {}, ()), (), "nothing")
