"""Inception for small images."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest


def twin(channels: int = 3, classes: int = 10, width: float = 1.0) -> Any:
    import torch
    from torch import nn

    def convolution(channels: int, filters: int, size: int, stride: int = 1) -> Any:
        return nn.Sequential(
            OrderedDict(
                conv=nn.Conv2d(channels, filters, size, stride, size // 2, bias=False),
                bn=nn.BatchNorm2d(filters),
                relu=nn.ReLU(),
            )
        )

    class Module(nn.Module):
        def __init__(self, channels: int, one: int, three: int) -> None:
            super().__init__()
            self.branch1 = convolution(channels, one, 1)
            self.branch2 = convolution(channels, three, 3)

        def forward(self, x: Any) -> Any:
            return torch.cat([self.branch1(x), self.branch2(x)], 1)

    class Downsample(nn.Module):
        def __init__(self, channels: int, filters: int) -> None:
            super().__init__()
            self.branch1 = convolution(channels, filters, 3, 2)

        def forward(self, x: Any) -> Any:
            return torch.cat([self.branch1(x), nn.functional.max_pool2d(x, 3, 2, 1)], 1)

    sizes = {"inception1a": (32, 32), "inception1b": (32, 48), "downsample1": (80,)}
    sizes |= {"inception2a": (112, 48), "inception2b": (96, 64), "inception2c": (80, 80), "inception2d": (48, 96)}
    sizes |= {"downsample2": (96,), "inception3a": (176, 160), "inception3b": (176, 160)}
    layers: dict[str, Any] = {"conv1": convolution(channels, round(96 * width), 3)}
    channels = round(96 * width)
    for name, plain in sizes.items():
        filters = [round(size * width) for size in plain]
        layers[name] = Module(channels, *filters) if len(filters) == 2 else Downsample(channels, *filters)
        channels = sum(filters) + (0 if len(filters) == 2 else channels)
    layers |= {"avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "fc": nn.Linear(channels, classes)}
    return nn.Sequential(OrderedDict(layers))


def test_parameters(parameter_count: Callable[..., int]) -> None:
    """Table 1 of the paper has 1,649,402, without the γ of batch norm: one for each of 1,712 filters."""
    assert parameter_count("inception_small", (28, 28, 3), 10) == 1_649_402 + 1_712


@pytest.mark.parametrize(("size", "width"), [(28, 0.25), (32, 0.5)])
def test_equals_torch(graph_of: Callable[..., Any], assert_agree: Callable[..., None], size: int, width: float) -> None:
    pytest.importorskip("torch")
    graph = graph_of("inception_small", (size, size, 3), width_multiplier=width)
    assert graph.shapes["inception3b"][:2] == (size // 4, size // 4)
    assert_agree(graph, twin(width=width), batch=2)
