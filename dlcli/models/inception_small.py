"""Inception for small images."""

from __future__ import annotations

from dlcli.core import PositiveFloat, Rate, register
from dlcli.models.convolutional import dropout, image_size, max_pool, normalized_convolution, output, scaled
from dlcli.nn import Node, Shape


@register("architecture", "inception_small")
def inception_small(
    input_shape: Shape, output_units: int, /, *, width_multiplier: PositiveFloat = 1.0, dropout_rate: Rate = 0.0
) -> list[Node]:
    """Small Inception for images of 28×28: 1.65 million parameters for 10 classes.

    Zhang, Bengio, Hardt, Recht & Vinyals 2017, arXiv:1611.03530, figure 3: modules of parallel 1×1 and 3×3
    convolutions, each with batch norm; images are halved by a convolution and a pooling in parallel.

    Args:
        width_multiplier: Factor on the number of filters of every convolution.
        dropout_rate: Dropout probability before the linear layer.
    """
    image_size(input_shape, "inception_small")
    nodes = normalized_convolution("conv1", scaled(96, width_multiplier), 3)
    modules: tuple[tuple[str, tuple[int, ...]], ...] = (
        ("inception1a", (32, 32)),
        ("inception1b", (32, 48)),
        ("downsample1", (80,)),
        ("inception2a", (112, 48)),
        ("inception2b", (96, 64)),
        ("inception2c", (80, 80)),
        ("inception2d", (48, 96)),
        ("downsample2", (96,)),
        ("inception3a", (176, 160)),
        ("inception3b", (176, 160)),
    )
    for name, sizes in modules:
        filters = [scaled(size, width_multiplier) for size in sizes]
        module = _inception if len(filters) == 2 else _downsample
        nodes += module(name, nodes[-1].name, *filters)
    return [
        *nodes,
        Node("avgpool", "global_average_pool2d"),
        *dropout("dropout", dropout_rate),
        output("fc", output_units),
    ]


def _inception(name: str, before: str, one: int, three: int) -> list[Node]:
    return [
        *normalized_convolution(f"{name}_branch1", one, 1, after=before),
        *normalized_convolution(f"{name}_branch2", three, 3, after=before),
        Node(name, "concat", inputs=(f"{name}_branch1_relu", f"{name}_branch2_relu")),
    ]


def _downsample(name: str, before: str, filters: int) -> list[Node]:
    return [
        *normalized_convolution(f"{name}_branch1", filters, 3, stride=2, after=before),
        max_pool(f"{name}_branch2", 3, padding=1, after=before),
        Node(name, "concat", inputs=(f"{name}_branch1_relu", f"{name}_branch2")),
    ]
