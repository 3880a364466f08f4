"""LeNet-5."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest

from dlcli.models import lenet5


def twin(channels: int = 1, padding: int = 2, features: int = 400, *, historical: bool = False) -> Any:
    from torch import nn

    activation: Any = nn.Tanh if historical else nn.ReLU
    pooling: Any = nn.AvgPool2d if historical else nn.MaxPool2d
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(channels, 6, 5, padding=padding),
            conv1_activation=activation(),
            pool1=pooling(2),
            conv2=nn.Conv2d(6, 16, 5, padding=0 if features == 400 else 2),
            conv2_activation=activation(),
            pool2=pooling(2),
            flatten=nn.Flatten(),
            fc1=nn.Linear(features, 120),
            fc1_activation=activation(),
            fc2=nn.Linear(120, 84),
            fc2_activation=activation(),
            fc3=nn.Linear(84, 10),
        )
    )


def test_parameters(parameter_count: Callable[..., int]) -> None:
    """156 + 2,416 + 48,120 + 10,164 + 850: the paper's 60,000 and the connections that its second convolution omits."""
    assert parameter_count("lenet5", (28, 28, 1), 10) == parameter_count("lenet5", (32, 32, 1), 10) == 61_706


@pytest.mark.parametrize(
    ("shape", "padding", "features", "historical"),
    [
        ((28, 28, 1), 2, 400, False),
        ((28, 28, 1), 2, 400, True),
        ((32, 32, 3), 0, 400, False),
        ((8, 8, 1), 2, 64, False),
    ],
)
def test_equals_torch(
    graph_of: Callable[..., Any],
    assert_agree: Callable[..., None],
    shape: tuple[int, ...],
    padding: int,
    features: int,
    historical: bool,
) -> None:
    pytest.importorskip("torch")
    options = {"activation": "tanh", "pooling": "average"} if historical else {}
    assert_agree(
        graph_of("lenet5", shape, **options), twin(shape[2], padding, features, historical=historical), batch=8
    )


def test_images_below_32_are_padded_to_32() -> None:
    (first, *_) = lenet5((29, 30, 1), 10)
    assert first.options["padding"] == [[1, 2], [1, 1]]
    (first, *_) = lenet5((8, 40, 1), 10, padding="published")
    assert first.options["padding"] == [[12, 12], [0, 0]]


def test_initializer_depends_on_the_activation() -> None:
    assert {node.options["initializer"]["name"] for node in lenet5((28, 28, 1), 10) if node.type == "conv2d"} == {
        "he_normal"
    }
    assert {
        node.options["initializer"]["name"]
        for node in lenet5((28, 28, 1), 10, activation="tanh")
        if "initializer" in node.options
    } == {"xavier_normal"}
