"""VGG-11, 16 and 19, and VGG for small images."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import pytest

CONVOLUTIONS = {"vgg11": (1, 1, 2, 2, 2), "vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}


def features(stages: Sequence[tuple[int, int]], batch_norm: bool, channels: int = 3, *, bias: bool = True) -> Any:
    from torch import nn

    layers: list[Any] = []
    for filters, convolutions in stages:
        for _ in range(convolutions):
            layers.append(nn.Conv2d(channels, filters, 3, padding=1, bias=bias))
            layers += [nn.BatchNorm2d(filters)] if batch_norm else []
            layers.append(nn.ReLU())
            channels = filters
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


def twin(name: str, batch_norm: bool, classes: int = 10, channels: int = 3, *, small: bool = False) -> Any:
    """Return torchvision's network; `small` has the classifier that is usual for CIFAR-10."""
    from torch import nn

    stages = list(zip((64, 128, 256, 512, 512), CONVOLUTIONS[name], strict=True))
    layers = features(stages, batch_norm, channels)
    if small:
        return nn.Sequential(
            OrderedDict(
                features=layers,
                avgpool=nn.AdaptiveAvgPool2d(1),
                flatten=nn.Flatten(),
                classifier=nn.Linear(512, classes),
            )
        )
    classifier = nn.Sequential(
        *(nn.Linear(25088, 4096), nn.ReLU(), nn.Dropout(0), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0)),
        nn.Linear(4096, classes),
    )
    return nn.Sequential(
        OrderedDict(features=layers, avgpool=nn.AdaptiveAvgPool2d(7), flatten=nn.Flatten(), classifier=classifier)
    )


@pytest.mark.parametrize(
    ("name", "batch_norm", "count"),
    [
        ("vgg11", False, 132_863_336),
        ("vgg11", True, 132_868_840),
        ("vgg16", False, 138_357_544),
        ("vgg16", True, 138_365_992),
        ("vgg19", False, 143_667_240),
        ("vgg19", True, 143_678_248),
    ],
)
def test_parameters(parameter_count: Callable[..., int], name: str, batch_norm: bool, count: int) -> None:
    """The figures of torchvision 0.28's documentation; table 2 of the paper has 133, 138 and 144 million."""
    assert parameter_count(name, (224, 224, 3), 1000, batch_norm=batch_norm) == count


@pytest.mark.parametrize(
    ("name", "batch_norm", "digest"),
    [
        ("vgg11", False, "ddb4b3f56e9755a6"),
        ("vgg11", True, "dc54d45fed4bc7b4"),
        ("vgg16", False, "8a41c838cadbc3e0"),
        ("vgg16", True, "ae5d7d87f5e61a76"),
        ("vgg19", False, "5319ee52249b66d1"),
        ("vgg19", True, "555ec1b35ce917df"),
    ],
)
def test_names_are_those_of_torchvision(
    names_digest: Callable[..., str], name: str, batch_norm: bool, digest: str
) -> None:
    """The digests are of torchvision 0.28's state dicts."""
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        assert names_digest(twin(name, batch_norm, 1000)) == digest


@pytest.mark.parametrize("name", ["vgg11", *(pytest.param(it, marks=pytest.mark.slow) for it in ("vgg16", "vgg19"))])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_equals_torch_on_small_images(
    graph_of: Callable[..., Any], assert_agree: Callable[..., None], name: str, batch_norm: bool
) -> None:
    pytest.importorskip("torch")
    assert_agree(
        graph_of(name, (32, 32, 1), batch_norm=batch_norm), twin(name, batch_norm, channels=1, small=True), batch=4
    )


@pytest.mark.slow
@pytest.mark.parametrize("batch_norm", [False, True])
def test_equals_torch_with_the_published_classifier(
    graph_of: Callable[..., Any], assert_agree: Callable[..., None], batch_norm: bool
) -> None:
    """Images of 96×96 become 3×3 pixels, of which the adaptive pooling takes 7×7 averages."""
    pytest.importorskip("torch")
    graph = graph_of("vgg11", (96, 96, 3), batch_norm=batch_norm, dropout_rate=0.0)
    assert_agree(graph, twin("vgg11", batch_norm), batch=2)


def test_default_classifier_depends_on_the_size_of_the_images() -> None:
    from dlcli.models import vgg11

    assert vgg11((64, 64, 3), 10)[-1].name == "classifier"
    assert vgg11((65, 64, 3), 10)[-1].name == "classifier_6"
    assert vgg11((224, 224, 3), 10, classifier="small")[-1].name == "classifier"
    assert vgg11((32, 32, 3), 10, classifier="published")[-1].name == "classifier_6"


def test_default_dropout_is_the_published_one() -> None:
    from dlcli.models import vgg16

    def rates(size: int, **options: Any) -> list[float]:
        return [node.options["rate"] for node in vgg16((size, size, 3), 10, **options) if node.type == "dropout"]

    assert rates(224) == [0.5, 0.5]
    assert rates(224, dropout_rate=0.1) == [0.1, 0.1]
    assert rates(32) == []
    assert rates(32, dropout_rate=0.1) == [0.1]


@pytest.mark.parametrize("batch_norm", [False, True])
def test_vgg_small_equals_torch(
    graph_of: Callable[..., Any], assert_agree: Callable[..., None], batch_norm: bool
) -> None:
    pytest.importorskip("torch")
    from torch import nn

    stages = [(8, 1), (12, 1)]
    network = nn.Sequential(
        OrderedDict(
            features=features(stages, batch_norm, 1, bias=not batch_norm),
            avgpool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            classifier=nn.Linear(12, 10),
        )
    )
    graph = graph_of("vgg_small", (28, 28, 1), filters=[8, 12], convolutions=1, batch_norm=batch_norm)
    assert_agree(graph, network)


def test_parameters_of_vgg_small(parameter_count: Callable[..., int]) -> None:
    """9·(1·32 + 32·32 + 32·64 + 64·64 + 64·128 + 128·128) weights, 2·448 in batch norm, 1,290 in the output."""
    assert parameter_count("vgg_small", (28, 28, 1), 10) == 9 * 31_776 + 896 + 1290
