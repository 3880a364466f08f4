"""MobileNet."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import pytest

PUBLISHED = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))


def twin(blocks: Sequence[tuple[int, int]], first_stride: int, width: float = 1.0, classes: int = 10) -> Any:
    from torch import nn

    channels = round(32 * width)
    layers: dict[str, Any] = {"conv1": nn.Conv2d(3, channels, 3, first_stride, 1, bias=False)}
    layers |= {"bn1": nn.BatchNorm2d(channels), "relu1": nn.ReLU()}
    for number, (plain, stride) in enumerate(blocks, start=1):
        filters = round(plain * width)
        layers[f"block{number}"] = nn.Sequential(
            OrderedDict(
                conv1=nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False),
                bn1=nn.BatchNorm2d(channels),
                relu1=nn.ReLU(),
                conv2=nn.Conv2d(channels, filters, 1, bias=False),
                bn2=nn.BatchNorm2d(filters),
                relu2=nn.ReLU(),
            )
        )
        channels = filters
    layers |= {"avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "fc": nn.Linear(channels, classes)}
    return nn.Sequential(OrderedDict(layers))


def test_parameters(parameter_count: Callable[..., int]) -> None:
    """Tables 8 and 9 of the paper: 4.2, 2.6, 1.3 and 0.5 million; 4,231,976 is timm's count."""
    assert parameter_count("mobilenet", (224, 224, 3), 1000) == 4_231_976
    for width, millions in ((0.75, 2.6), (0.5, 1.3), (0.25, 0.5)):
        assert round(parameter_count("mobilenet", (224, 224, 3), 1000, width_multiplier=width) / 1e6, 1) == millions


@pytest.mark.slow
def test_equals_torch(graph_of: Callable[..., Any], assert_agree: Callable[..., None]) -> None:
    pytest.importorskip("torch")
    graph = graph_of("mobilenet", (64, 64, 3), dropout_rate=0.0, width_multiplier=0.5)
    assert_agree(graph, twin(PUBLISHED, 2, width=0.5))


@pytest.mark.parametrize(("size", "width"), [(28, 0.5), (32, 1.0)])
def test_small_is_equals_torch(
    graph_of: Callable[..., Any], assert_agree: Callable[..., None], size: int, width: float
) -> None:
    pytest.importorskip("torch")
    graph = graph_of("mobilenet_small", (size, size, 3), width_multiplier=width)
    assert graph.shapes["block5_relu2"][:2] == (size // 4, size // 4)
    assert_agree(graph, twin(PUBLISHED[:5], 1, width=width), batch=2)
