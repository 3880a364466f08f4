"""GoogLeNet with its auxiliary heads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli.data import Pretrained
from dlcli.nn.torch_weights import from_torch

#: input channels, then filters of 1×1; reduction and 3×3; reduction and "5×5"; after the pooling (table 1 of the paper)
MODULES = {
    "inception3a": (192, 64, 96, 128, 16, 32, 32),
    "inception3b": (256, 128, 128, 192, 32, 96, 64),
    "inception4a": (480, 192, 96, 208, 16, 48, 64),
    "inception4b": (512, 160, 112, 224, 24, 64, 64),
    "inception4c": (512, 128, 128, 256, 24, 64, 64),
    "inception4d": (512, 112, 144, 288, 32, 64, 64),
    "inception4e": (528, 256, 160, 320, 32, 128, 128),
    "inception5a": (832, 256, 160, 320, 32, 128, 128),
    "inception5b": (832, 384, 192, 384, 48, 128, 128),
}
HALVED_BEFORE = {"inception4a": (3, 2), "inception5a": (2, 2)}


def twin(classes: int = 10) -> Any:
    """Return torchvision's network, without dropout."""
    import torch
    from torch import nn

    class Convolution(nn.Module):
        def __init__(self, channels: int, filters: int, size: int, stride: int = 1) -> None:
            super().__init__()
            self.conv = nn.Conv2d(channels, filters, size, stride, size // 2, bias=False)
            self.bn = nn.BatchNorm2d(filters, eps=1e-3)

        def forward(self, x: Any) -> Any:
            return torch.relu(self.bn(self.conv(x)))

    class Inception(nn.Module):
        def __init__(self, channels: int, one: int, to3: int, three: int, to5: int, five: int, pooled: int) -> None:
            super().__init__()
            self.branch1 = Convolution(channels, one, 1)
            self.branch2 = nn.Sequential(Convolution(channels, to3, 1), Convolution(to3, three, 3))
            self.branch3 = nn.Sequential(Convolution(channels, to5, 1), Convolution(to5, five, 3))
            self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), Convolution(channels, pooled, 1))

        def forward(self, x: Any) -> Any:
            return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)

    class Auxiliary(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.conv = Convolution(channels, 128, 1)
            self.fc1 = nn.Linear(2048, 1024)
            self.fc2 = nn.Linear(1024, classes)

        def forward(self, x: Any) -> Any:
            x = self.conv(nn.functional.adaptive_avg_pool2d(x, 4)).flatten(1)
            return self.fc2(torch.relu(self.fc1(x)))

    class GoogLeNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = Convolution(3, 64, 7, 2)
            self.conv2 = Convolution(64, 64, 1)
            self.conv3 = Convolution(64, 192, 3)
            for name, sizes in MODULES.items():
                setattr(self, name, Inception(*sizes))
            self.aux1 = Auxiliary(512)
            self.aux2 = Auxiliary(528)
            self.fc = nn.Linear(1024, classes)

        def forward(self, x: Any) -> Any:
            def halve(x: Any, window: int = 3, stride: int = 2) -> Any:
                return nn.functional.max_pool2d(x, window, stride, ceil_mode=True)

            x = halve(self.conv3(self.conv2(halve(self.conv1(x)))))
            auxiliary = []
            for name in MODULES:
                if name in HALVED_BEFORE:
                    x = halve(x, *HALVED_BEFORE[name])
                x = getattr(self, name)(x)
                if self.training and name in ("inception4a", "inception4d"):
                    auxiliary.append((self.aux1 if name == "inception4a" else self.aux2)(x))
            output = self.fc(x.mean((2, 3)))
            return (output, *auxiliary) if auxiliary else output

    return GoogLeNet()


def test_parameters(parameter_count: Callable[..., int]) -> None:
    """torchvision 0.28 documents 6,624,904 without the auxiliary heads; with them its module has 13,004,888."""
    assert parameter_count("googlenet", (224, 224, 3), 1000, auxiliary=False) == 6_624_904
    assert parameter_count("googlenet", (224, 224, 3), 1000) == 13_004_888


def test_names_are_those_of_torchvision(names_digest: Callable[..., str]) -> None:
    """The digest is of torchvision 0.28's state dict."""
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        assert names_digest(twin(1000)) == "e4f1217523f861c4"


@pytest.mark.slow
def test_equals_torch(graph_of: Callable[..., Any], assert_agree: Callable[..., None]) -> None:
    pytest.importorskip("torch")
    graph = graph_of("googlenet", (96, 96, 3), dropout_rate=0.0)
    assert graph.auxiliary == {"aux1": 0.3, "aux2": 0.3}
    assert_agree(graph, twin(), batch=4)


def test_logits_of_published_weights(graph_of: Callable[..., Any]) -> None:
    """torchvision's pipeline: scaling of bytes to 0 … 1, ImageNet's statistics, `transform_input`, the network."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    module = twin().eval()
    graph = graph_of("googlenet", (64, 64, 3))
    converted, report = from_torch({name: array.numpy() for name, array in module.state_dict().items()}, graph)
    assert report.complete
    graph.load_state_dict(converted)
    graph.eval()
    images = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3)).astype(np.uint8)

    normalization = Pretrained(weights="torchvision")
    normalization.architecture = "googlenet"
    ours = graph.forward(normalization.fit([images]).apply(images).astype(np.float32)).data

    x = torch.from_numpy(images.transpose(0, 3, 1, 2).copy()).float().div(255)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x = (x - mean[:, None, None]) / std[:, None, None]
    x = x * (std[:, None, None] / 0.5) + (mean[:, None, None] - 0.5) / 0.5
    with torch.no_grad():
        theirs = module(x).numpy()
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


def test_dropout_rates() -> None:
    from dlcli.models import googlenet

    def rates(**options: Any) -> dict[str, float]:
        nodes = googlenet((224, 224, 3), 10, **options)
        return {node.name: node.options["rate"] for node in nodes if node.type == "dropout"}

    assert rates() == {"aux1_dropout": 0.7, "aux2_dropout": 0.7, "dropout": 0.2}
    assert rates(auxiliary=False, dropout_rate=0.4) == {"dropout": 0.4}
