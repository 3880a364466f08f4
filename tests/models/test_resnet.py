"""Residual networks for ImageNet and for small images."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import pytest

BLOCKS = {"resnet18": (2, 2, 2, 2), "resnet34": (3, 4, 6, 3), "resnet50": (3, 4, 6, 3)}
SMALL_BLOCKS = {"resnet20": 3, "resnet32": 5, "resnet56": 9}


def block(channels: int, filters: int, stride: int, *, bottleneck: bool = False, identity: bool = False) -> Any:
    """Return torchvision's `BasicBlock` or `Bottleneck`; with `identity`, the shortcut has no weights (option A)."""
    import torch
    from torch import nn

    result = 4 * filters if bottleneck else filters

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            if bottleneck:
                self.conv1 = nn.Conv2d(channels, filters, 1, bias=False)
                self.bn1 = nn.BatchNorm2d(filters)
                self.conv2 = nn.Conv2d(filters, filters, 3, stride, 1, bias=False)
                self.bn2 = nn.BatchNorm2d(filters)
                self.conv3 = nn.Conv2d(filters, result, 1, bias=False)
                self.bn3 = nn.BatchNorm2d(result)
            else:
                self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
                self.bn1 = nn.BatchNorm2d(filters)
                self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
                self.bn2 = nn.BatchNorm2d(filters)
            if not identity and (stride != 1 or channels != result):
                self.downsample = nn.Sequential(
                    nn.Conv2d(channels, result, 1, stride, bias=False), nn.BatchNorm2d(result)
                )

        def forward(self, x: Any) -> Any:
            y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
            if bottleneck:
                y = self.bn3(self.conv3(torch.relu(y)))
            if identity:
                x = nn.functional.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, 0, result - channels))
            elif hasattr(self, "downsample"):
                x = self.downsample(x)
            return torch.relu(y + x)

    return Block()


def stage(channels: int, filters: int, blocks: int, stride: int, **options: bool) -> Any:
    from torch import nn

    result = 4 * filters if options.get("bottleneck") else filters
    return nn.Sequential(
        block(channels, filters, stride, **options),
        *(block(result, filters, 1, **options) for _ in range(blocks - 1)),
    )


def twin(name: str, classes: int = 10) -> Any:
    """Return torchvision's network."""
    from torch import nn

    bottleneck = name == "resnet50"
    layers: dict[str, Any] = {"conv1": nn.Conv2d(3, 64, 7, 2, 3, bias=False), "bn1": nn.BatchNorm2d(64)}
    layers |= {"relu": nn.ReLU(), "maxpool": nn.MaxPool2d(3, 2, 1)}
    channels = 64
    for number, blocks in enumerate(BLOCKS[name]):
        filters = 64 * 2**number
        stride = 2 if number else 1
        layers[f"layer{number + 1}"] = stage(channels, filters, blocks, stride, bottleneck=bottleneck)
        channels = 4 * filters if bottleneck else filters
    layers |= {"avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "fc": nn.Linear(channels, classes)}
    return nn.Sequential(OrderedDict(layers))


def small_twin(blocks: int, shortcut: str, classes: int = 10, channels: int = 3) -> Any:
    from torch import nn

    layers: dict[str, Any] = {"conv1": nn.Conv2d(channels, 16, 3, 1, 1, bias=False), "bn1": nn.BatchNorm2d(16)}
    layers["relu"] = nn.ReLU()
    sizes: Sequence[tuple[int, int, int]] = ((16, 16, 1), (16, 32, 2), (32, 64, 2))
    for number, (before, filters, stride) in enumerate(sizes, start=1):
        layers[f"layer{number}"] = stage(before, filters, blocks, stride, identity=shortcut == "identity")
    layers |= {"avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "fc": nn.Linear(64, classes)}
    return nn.Sequential(OrderedDict(layers))


@pytest.mark.parametrize(
    ("name", "count"), [("resnet18", 11_689_512), ("resnet34", 21_797_672), ("resnet50", 25_557_032)]
)
def test_parameters(parameter_count: Callable[..., int], name: str, count: int) -> None:
    """The figures of torchvision 0.28's documentation."""
    assert parameter_count(name, (224, 224, 3), 1000) == count


@pytest.mark.parametrize(("name", "millions"), [("resnet20", 0.27), ("resnet32", 0.46), ("resnet56", 0.85)])
def test_parameters_for_small_images(parameter_count: Callable[..., int], name: str, millions: float) -> None:
    """Table 6 of the paper; the projections add 16·32 + 32·64 weights and 2·(32 + 64) parameters of batch norm."""
    count = parameter_count(name, (32, 32, 3), 10, shortcut="identity")
    assert round(count / 1e6, 2) == millions
    assert parameter_count(name, (32, 32, 3), 10) == count + 2560 + 192


@pytest.mark.parametrize(
    ("name", "digest"),
    [("resnet18", "66b04efc1dfd4b80"), ("resnet34", "4aa3e2bbbdc5e2fd"), ("resnet50", "614cd53ddf849669")],
)
def test_names_are_those_of_torchvision(names_digest: Callable[..., str], name: str, digest: str) -> None:
    """The digests are of torchvision 0.28's state dicts."""
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        assert names_digest(twin(name, 1000)) == digest


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) for name in BLOCKS])
def test_equals_torch(graph_of: Callable[..., Any], assert_agree: Callable[..., None], name: str) -> None:
    pytest.importorskip("torch")
    assert_agree(graph_of(name, (64, 64, 3)), twin(name), batch=4)


@pytest.mark.parametrize("shortcut", ["identity", "projection"])
@pytest.mark.parametrize(
    "name", ["resnet20", *(pytest.param(name, marks=pytest.mark.slow) for name in ("resnet32", "resnet56"))]
)
def test_equals_torch_for_small_images(
    graph_of: Callable[..., Any], assert_agree: Callable[..., None], name: str, shortcut: str
) -> None:
    pytest.importorskip("torch")
    assert_agree(graph_of(name, (28, 28, 3), shortcut=shortcut), small_twin(SMALL_BLOCKS[name], shortcut), batch=4)
