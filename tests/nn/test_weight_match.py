"""Matching of weights by name and layout, and the errors if they do not match."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dlcli.core import ConfigError, DataError
from dlcli.nn import Graph, Node, WeightMatch, check_all_used, check_complete, check_finite, check_ignored, load, match

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


def to_torch(graph: Graph) -> dict[str, np.ndarray]:
    """Return the graph's weights as PyTorch would save them: channels first, outputs first."""
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
def test_weights_match_in_both_namings_and_new_layers_keep_theirs(graph_of: GraphOf, naming: str) -> None:
    theirs, ours = small(graph_of, classes=5, seed=1), small(graph_of)
    state = theirs.state_dict() if naming == "dlcli" else to_torch(theirs)
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
    assert key == "from"
    for part in ("trunk.safetensors", "encoder.weight", "conv1.weight, conv1.bias, bn1.gamma"):
        assert part in message


@pytest.mark.parametrize("torch_names", [False, True])
def test_error_of_other_channels_states_both_numbers(graph_of: GraphOf, torch_names: bool) -> None:
    theirs = small(graph_of, channels=3)
    message, key = refusal(small(graph_of), to_torch(theirs) if torch_names else theirs.state_dict(), ["fc"])
    assert key == "from"
    assert "trunk.safetensors" in message
    assert "3 channels, " in message and message.endswith(" 1")


def test_a_head_for_other_classes_can_be_replaced(graph_of: GraphOf) -> None:
    message, key = refusal(small(graph_of), small(graph_of, classes=5).state_dict(), [])
    assert key == "replace_head"
    assert "fc.weight: " in message and "(8, 3), got (8, 5)" in message
    assert "replace_head: true" in message


def test_layers_that_would_stay_random_are_named(graph_of: GraphOf) -> None:
    state = small(graph_of).state_dict()
    del state["bn1.beta"]
    message, key = refusal(small(graph_of), state, ["fc"])
    assert key == "from"
    for part in ("trunk.safetensors", "1 layer: bn1.beta is missing", "reinitialize: [bn1]"):
        assert part in message
    wider = small(graph_of, filters=4).state_dict()
    message, _ = refusal(small(graph_of), wider, ["fc"])
    assert "conv1.weight: " in message and "(3, 3, 1, 2), got (3, 3, 1, 4)" in message


def test_other_dtypes_are_converted(graph_of: GraphOf) -> None:
    graph = small(graph_of)
    state = {name: np.ones(array.shape, np.float16) for name, array in graph.state_dict().items()}
    load(graph, match(graph, state, []))
    assert graph.state_dict()["fc.weight"].dtype == np.float32
    assert (graph.state_dict()["fc.weight"] == 1).all()


def test_complete_weights_pass(graph_of: GraphOf) -> None:
    graph = small(graph_of)
    check_complete(graph, WeightMatch("dlcli", {}, (), {}, ()), (), "nothing")


def deeper(graph_of: GraphOf) -> dict[str, np.ndarray]:
    """Return weights with PyTorch's names of a model with one layer more than `small`."""
    extra = {"conv2.weight": np.ones((2, 2, 3, 3), np.float32), "conv2.bias": np.zeros(2, np.float32)}
    return to_torch(small(graph_of)) | extra


@pytest.mark.parametrize("new", [[], ["fc"]])
def test_layers_that_the_model_lacks_are_named(graph_of: GraphOf, new: list[str]) -> None:
    matching = match(small(graph_of), deeper(graph_of), new)
    assert matching.complete
    assert matching.leftover == ("conv2.weight", "conv2.bias")
    with pytest.raises(ConfigError) as caught:
        check_all_used(matching, ["fc"], "trunk.safetensors")
    assert caught.value.key == "from"
    assert ", ".join(matching.leftover) in caught.value.message
    assert "ignore: [conv2]" in caught.value.message
    for ignored in (["conv2"], ["conv2.weight", "conv2.bias"]):
        check_all_used(matching, ignored, "trunk.safetensors")


def test_unknown_arrays_of_known_layers_are_left_over(graph_of: GraphOf) -> None:
    state = to_torch(small(graph_of)) | {"bn1.extra": np.ones(2)}
    assert match(small(graph_of), state, ["fc"]).leftover == ("bn1.extra",)
    own = small(graph_of).state_dict() | {"conv1.extra": np.ones(2)}
    assert match(small(graph_of), own, ["fc"]).leftover == ("conv1.extra",)


def test_arrays_of_a_replaced_head_are_not_left_over(graph_of: GraphOf) -> None:
    state = to_torch(small(graph_of, classes=5)) | {"fc.scale": np.ones(5)}
    assert match(small(graph_of), state, ["fc"]).leftover == ()
    matching = WeightMatch("torch", {}, (), {}, (), ("module.classifier.1.weight",))
    check_all_used(matching, ["classifier"], "trunk.safetensors")


def test_unknown_names_to_ignore_are_refused(graph_of: GraphOf) -> None:
    state = deeper(graph_of)
    check_ignored(["conv2", "fc.bias"], state, "trunk.safetensors")
    with pytest.raises(ConfigError) as caught:
        check_ignored(["conv2", "conv3"], state, "trunk.safetensors")
    assert caught.value.key == "ignore[1]"


def test_square_matrices_are_ambiguous(graph_of: GraphOf) -> None:
    graph = graph_of((3,), Node("fc1", "linear", {"units": 3}), Node("fc2", "linear", {"units": 2}))
    state = {"fc1.weight": np.arange(9.0).reshape(3, 3), "fc1.bias": np.zeros(3)}
    with pytest.raises(ConfigError) as caught:
        match(graph, state, ["fc2"])
    assert caught.value.key == "naming"
    for naming, expected in (("dlcli", state["fc1.weight"]), ("torch", state["fc1.weight"].T)):
        matching = match(graph, state, ["fc2"], naming)  # type: ignore[arg-type]  # a parameter of the test
        np.testing.assert_array_equal(matching.weights["fc1.weight"], expected)
    state["fc1.weight"] = np.eye(3)  # symmetric: both layouts agree
    assert match(graph, state, ["fc2"]).naming == "dlcli"


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
@pytest.mark.parametrize("torch_names", [False, True])
def test_non_finite_weights_are_refused(graph_of: GraphOf, value: float, torch_names: bool) -> None:
    graph = small(graph_of)
    state = {name: array.astype(np.float64) for name, array in graph.state_dict().items()}
    state["conv1.bias"][1] = value
    matching = match(graph, to_torch(graph) | {"conv1.bias": state["conv1.bias"]} if torch_names else state, [])
    with pytest.raises(DataError) as caught:
        check_finite(graph, matching, "trunk.safetensors")
    assert caught.value.file == "trunk.safetensors"
    assert "conv1.bias" in caught.value.message
