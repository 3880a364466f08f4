"""Building blocks of the convolutional architectures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcli.core import PREVIOUS, ConfigError
from dlcli.nn import Node, Shape

#: zero padding of an image: the same on every side, or ((top, bottom), (left, right))
Padding = int | Sequence[Sequence[int]]


def image_size(input_shape: Shape, architecture: str) -> tuple[int, int]:
    """Return the height and width of the examples.

    Raises:
        ConfigError: The examples are not images.
    """
    if len(input_shape) != 3:
        shape = " × ".join(map(str, input_shape)) or "()"
        raise ConfigError(
            f"{architecture} expects images of shape height × width × channels, got examples of shape {shape}",
            code="not_applicable",
        )
    return input_shape[0], input_shape[1]


def convolution(
    name: str,
    filters: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: Padding | str = 0,
    use_bias: bool = True,
    initializer: str = "he_normal",
    after: str = PREVIOUS,
) -> Node:
    options: dict[str, Any] = {"filters": filters, "kernel_size": kernel_size}
    options |= {} if stride == 1 else {"stride": stride}
    options |= {} if padding == 0 else {"padding": padding}
    options |= {"use_bias": use_bias, "initializer": {"name": initializer}}
    return Node(name, "conv2d", options, (after,))


def normalized_convolution(
    name: str, filters: int, kernel_size: int, *, stride: int = 1, epsilon: float = 1e-5, after: str = PREVIOUS
) -> list[Node]:
    """Return a convolution, batch norm and ReLU; the image's size is kept, or divided by the stride."""
    padding = kernel_size // 2
    return [
        convolution(f"{name}_conv", filters, kernel_size, stride=stride, padding=padding, use_bias=False, after=after),
        Node(f"{name}_bn", "batch_norm", {"epsilon": epsilon}),
        Node(f"{name}_relu", "relu"),
    ]


def max_pool(
    name: str, window: int, *, stride: int = 2, padding: Padding = 0, ceil: bool = False, after: str = PREVIOUS
) -> Node:
    options: dict[str, Any] = {"window": window, "stride": stride}
    options |= {} if padding == 0 else {"padding": padding}
    options |= {"ceil": True} if ceil else {}
    return Node(name, "max_pool2d", options, (after,))


def linear(name: str, units: int, *, initializer: str = "he_normal", after: str = PREVIOUS) -> Node:
    return Node(name, "linear", {"units": units, "initializer": {"name": initializer}}, (after,))


def output(name: str, units: int) -> Node:
    """Return the output layer, whose results are logits (initialized for no activation after it)."""
    return linear(name, units, initializer="xavier_normal")


def dropout(name: str, rate: float) -> list[Node]:
    """Return a dropout node, or none if the rate is 0."""
    return [Node(name, "dropout", {"rate": rate})] if rate else []


def scaled(filters: int, multiplier: float) -> int:
    """Return the number of filters times a width multiplier, at least one."""
    return max(1, round(filters * multiplier))
