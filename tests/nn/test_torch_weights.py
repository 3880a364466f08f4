"""Hand-written weights with PyTorch's names and layouts; the architectures' tests compare with PyTorch itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dlcli.nn import Graph, Node
from dlcli.nn.torch_weights import from_torch

GraphOf = Callable[..., Graph]


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


@pytest.fixture
def graph(graph_of: GraphOf) -> Graph:
    """Build a model of images (2, 3, 4): a block with torchvision's names, then a classifier of 2 classes."""
    return graph_of(
        (2, 3, 4),
        Node("layer1_0_conv1", "conv2d", {"filters": 6, "kernel_size": 3, "padding": 1, "groups": 2}),
        Node("layer1_0_bn1", "batch_norm"),
        "relu",
        Node("flatten", "flatten"),
        ("dropout", {"rate": 0.5}),
        Node("classifier_0", "linear", {"units": 5}),
        "relu",
        Node("fc", "linear", {"units": 2, "use_bias": False}),
    )


@pytest.fixture
def state() -> dict[str, np.ndarray]:
    return {
        "layer1.0.conv1.weight": numbers(6, 2, 3, 3),
        "layer1.0.conv1.bias": numbers(6),
        "layer1.0.bn1.weight": numbers(6),
        "layer1.0.bn1.bias": numbers(6) + 1,
        "layer1.0.bn1.running_mean": numbers(6) + 2,
        "layer1.0.bn1.running_var": numbers(6) + 3,
        "layer1.0.bn1.num_batches_tracked": np.array(7),
        "classifier.0.weight": numbers(5, 36),
        "classifier.0.bias": numbers(5),
        "fc.weight": numbers(2, 5),
    }


def test_names_and_layouts(graph: Graph, state: dict[str, np.ndarray]) -> None:
    converted, report = from_torch(state, graph)
    assert report.complete
    module = "layer1.0.bn1"
    assert report.ignored == (f"{module}.num_batches_tracked",)
    assert set(converted) == set(graph.state_dict()) == set(report.matched)
    assert report.matched["layer1_0_bn1.moving_variance"] == f"{module}.running_var"
    graph.load_state_dict(converted)
    np.testing.assert_array_equal(
        converted["layer1_0_conv1.weight"][2, 1, 0, 5], state["layer1.0.conv1.weight"][5, 0, 2, 1]
    )
    np.testing.assert_array_equal(converted["layer1_0_bn1.gamma"], state["layer1.0.bn1.weight"])
    np.testing.assert_array_equal(converted["layer1_0_bn1.moving_mean"], state["layer1.0.bn1.running_mean"])
    np.testing.assert_array_equal(converted["fc.weight"], state["fc.weight"].T)


def test_the_linear_layer_after_flatten_is_reordered_to_channels_last(
    graph: Graph, state: dict[str, np.ndarray]
) -> None:
    image = numbers(2, 3, 6)
    converted, _ = from_torch(state, graph)
    np.testing.assert_allclose(
        image.ravel() @ converted["classifier_0.weight"],
        state["classifier.0.weight"] @ image.transpose(2, 0, 1).ravel(),
        rtol=1e-5,
    )


def test_normalization_of_a_flattened_image_is_reordered(graph_of: GraphOf) -> None:
    graph = graph_of((2, 1, 3), Node("flatten", "flatten"), Node("bn", "batch_norm"))
    converted, _ = from_torch({"bn.weight": np.arange(6.0)}, graph)
    np.testing.assert_array_equal(converted["bn.gamma"], [0, 2, 4, 1, 3, 5])


def test_copies_have_the_dtype_of_the_graph(graph: Graph, state: dict[str, np.ndarray]) -> None:
    state["fc.weight"] = state["fc.weight"].astype(np.float16)
    converted, _ = from_torch(state, graph)
    assert {array.dtype for array in converted.values()} == {np.dtype(np.float32)}
    converted["layer1_0_bn1.gamma"][0] = 100
    assert state["layer1.0.bn1.weight"][0] != 100


def test_the_report_lists_every_array(graph: Graph, state: dict[str, np.ndarray]) -> None:
    del state["layer1.0.conv1.bias"]
    state["layer1.1.conv1.weight"] = numbers(6, 6, 3, 3)
    state["fc.weight"] = numbers(1000, 5)
    state["fc.bias"] = numbers(1000)
    converted, report = from_torch(state, graph)
    assert not report.complete
    assert report.missing == ("layer1_0_conv1.bias",)
    assert report.unexpected == {"layer1.1.conv1.weight": None, "fc.bias": "fc"}
    (mismatch,) = report.mismatched
    assert (mismatch.name, mismatch.actual, mismatch.expected) == ("fc.weight", (1000, 5), (5, 2))
    assert "fc.weight" not in converted
    for part in (
        "7 of 9",
        "expected shape (5, 2), got (1000, 5)",
        "layer1_0_conv1.bias;",
        "layer1.1.conv1.weight, fc.bias",
    ):
        assert part in str(report)


def test_a_flatten_of_another_size_is_a_mismatch(graph: Graph, state: dict[str, np.ndarray]) -> None:
    state["classifier.0.weight"] = numbers(5, 72)
    _, report = from_torch(state, graph)
    assert [mismatch.source for mismatch in report.mismatched] == ["classifier.0.weight"]


def test_wrapped_and_renamed_modules(graph_of: GraphOf) -> None:
    """timm's VGG has convolutions over the whole image instead of the linear classifier."""
    graph = graph_of(
        (2, 3, 4),
        Node("features_0", "conv2d", {"filters": 6, "kernel_size": 1, "use_bias": False}),
        Node("flatten", "flatten"),
        Node("classifier_0", "linear", {"units": 5, "use_bias": False}),
        Node("classifier_3", "linear", {"units": 5, "use_bias": False}),
        Node("classifier_6", "linear", {"units": 3, "use_bias": False}),
    )
    state = {
        "module.features.0.weight": numbers(6, 4, 1, 1),
        "pre_logits.fc1.weight": numbers(5, 6, 2, 3),
        "module.pre_logits.fc2.weight": numbers(5, 5, 1, 1),
        "head.fc.weight": numbers(3, 5),
    }
    converted, report = from_torch(state, graph)
    assert report.complete, str(report)
    image = numbers(2, 3, 6)
    np.testing.assert_allclose(
        image.ravel() @ converted["classifier_0.weight"],
        np.einsum("ochw,hwc->o", state["pre_logits.fc1.weight"], image),
        rtol=1e-5,
    )


def test_usual_residual_networks_for_cifar(graph_of: GraphOf) -> None:
    options = {"filters": 4, "kernel_size": 1, "use_bias": False}
    graph = graph_of(
        (2, 2, 4),
        Node("layer2_0_downsample_0", "conv2d", options),
        "global_average_pool2d",
        Node("fc", "linear", {"units": 2, "use_bias": False}),
    )
    _, report = from_torch({"layer2.0.shortcut.0.weight": numbers(4, 4, 1, 1), "linear.weight": numbers(2, 4)}, graph)
    assert report.complete, str(report)


def test_depthwise_filters(graph_of: GraphOf) -> None:
    graph = graph_of((4, 4, 3), Node("dw", "depthwise_conv2d", {"kernel_size": 2, "multiplier": 2, "use_bias": False}))
    weight = numbers(6, 1, 2, 2)
    converted, report = from_torch({"dw.weight": weight}, graph)
    assert report.complete
    np.testing.assert_array_equal(converted["dw.weight"][1, 0, 0, 4], weight[4, 0, 1, 0])


def test_the_first_of_two_arrays_with_one_name_is_used(graph: Graph, state: dict[str, np.ndarray]) -> None:
    state["module.fc.weight"] = numbers(2, 5) + 1
    converted, report = from_torch(state, graph)
    assert report.unexpected == {"module.fc.weight": "fc"}
    np.testing.assert_array_equal(converted["fc.weight"], state["fc.weight"].T)
