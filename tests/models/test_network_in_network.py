"""Network in Network."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest


def twin(channels: int = 3, classes: int = 10) -> Any:
    from torch import nn

    sizes = {"conv1": (192, 5), "cccp1": (160, 1), "cccp2": (96, 1), "conv2": (192, 5), "cccp3": (192, 1)}
    sizes |= {"cccp4": (192, 1), "conv3": (192, 3), "cccp5": (192, 1), "cccp6": (classes, 1)}
    after = {
        "cccp2": ("pool1", nn.MaxPool2d(3, 2, ceil_mode=True)),
        "cccp4": ("pool2", nn.AvgPool2d(3, 2, ceil_mode=True)),
        "cccp6": ("pool3", nn.AdaptiveAvgPool2d(1)),
    }
    layers: OrderedDict[str, Any] = OrderedDict()
    for name, (filters, size) in sizes.items():
        layers[name] = nn.Conv2d(channels, filters, size, padding=size // 2)
        if name != "cccp6":
            layers[f"{name}_relu"] = nn.ReLU()
        if name in after:
            layers[after[name][0]] = after[name][1]
        channels = filters
    layers["flatten"] = nn.Flatten()
    return nn.Sequential(layers)


def test_parameters(parameter_count: Callable[..., int]) -> None:
    """The authors' network for CIFAR-10 has 0.97 million."""
    assert parameter_count("network_in_network", (32, 32, 3), 10) == 966_986


@pytest.mark.parametrize("size", [32, 28])
def test_equals_torch(graph_of: Callable[..., Any], assert_agree: Callable[..., None], size: int) -> None:
    """The sizes are 28, 14, 7 and 32, 16, 8; rounding down would give 32, 15, 7."""
    pytest.importorskip("torch")
    graph = graph_of("network_in_network", (size, size, 3), dropout_rate=0.0)
    assert graph.shapes["pool2"][:2] == (size // 4, size // 4)
    assert_agree(graph, twin(), batch=2)
