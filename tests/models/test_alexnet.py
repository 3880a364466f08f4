"""AlexNet."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest

from dlcli.core import ConfigError


def twin(classes: int = 10, *, local_response_norm: bool = False) -> Any:
    """Return torchvision's network, with the paper's normalization, whose α multiplies a sum over 5 channels."""
    from torch import nn

    def normalization() -> Any:
        return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0) if local_response_norm else nn.Identity()

    layers: list[tuple[str, Any]] = [
        *(("0", nn.Conv2d(3, 64, 11, 4, 2)), ("1", nn.ReLU()), ("1_norm", normalization()), ("2", nn.MaxPool2d(3, 2))),
        *(("3", nn.Conv2d(64, 192, 5, padding=2)), ("4", nn.ReLU()), ("4_norm", normalization())),
        *(("5", nn.MaxPool2d(3, 2)), ("6", nn.Conv2d(192, 384, 3, padding=1)), ("7", nn.ReLU())),
        *(("8", nn.Conv2d(384, 256, 3, padding=1)), ("9", nn.ReLU())),
        *(("10", nn.Conv2d(256, 256, 3, padding=1)), ("11", nn.ReLU()), ("12", nn.MaxPool2d(3, 2))),
    ]
    classifier = nn.Sequential(
        *(nn.Dropout(0), nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(0), nn.Linear(4096, 4096), nn.ReLU()),
        nn.Linear(4096, classes),
    )
    return nn.Sequential(
        OrderedDict(
            features=nn.Sequential(OrderedDict(layers)),
            avgpool=nn.AdaptiveAvgPool2d(6),
            flatten=nn.Flatten(),
            classifier=classifier,
        )
    )


def test_parameters(parameter_count: Callable[..., int]) -> None:
    """The figure of torchvision 0.28's documentation."""
    assert parameter_count("alexnet", (224, 224, 3), 1000) == 61_100_840


def test_names_are_those_of_torchvision(names_digest: Callable[..., str]) -> None:
    """The digest is of torchvision 0.28's state dict."""
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        assert names_digest(twin(1000)) == "23c3b8d4a3e86dc8"


@pytest.mark.slow
@pytest.mark.parametrize("local_response_norm", [False, True])
def test_equals_torch(
    graph_of: Callable[..., Any], assert_agree: Callable[..., None], local_response_norm: bool
) -> None:
    """On small images, so that 6×6 averages are taken of a single pixel."""
    pytest.importorskip("torch")
    graph = graph_of("alexnet", (63, 63, 3), dropout_rate=0.0, local_response_norm=local_response_norm)
    assert_agree(graph, twin(local_response_norm=local_response_norm), batch=2)


def test_default_dropout_is_the_published_one(graph_of: Callable[..., Any]) -> None:
    def rates(**options: Any) -> list[float]:
        from dlcli.models import alexnet

        return [node.options["rate"] for node in alexnet((224, 224, 3), 10, **options) if node.type == "dropout"]

    assert rates() == [0.5, 0.5]
    assert rates(dropout_rate=0.2) == [0.2, 0.2]
    assert rates(dropout_rate=0.0) == []


def test_too_small_images_are_refused(graph_of: Callable[..., Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        graph_of("alexnet", (28, 28, 1))
    assert "features_5" in str(caught.value)
    assert "\n" not in str(caught.value)
