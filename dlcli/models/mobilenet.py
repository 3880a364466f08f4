"""MobileNet: depthwise separable convolutions, one filter per channel and then 1×1 across the channels."""

from __future__ import annotations

from collections.abc import Sequence

from dlcli.core import PositiveFloat, Rate, register
from dlcli.models.convolutional import convolution, dropout, image_size, output, scaled
from dlcli.nn import Node, Shape

#: (filters, stride) of each block
PUBLISHED = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)
SMALL = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1))


@register("architecture", "mobilenet")
def mobilenet(
    input_shape: Shape,
    output_units: int,
    /,
    *,
    width_multiplier: PositiveFloat = 1.0,
    dropout_rate: Rate | None = None,
) -> list[Node]:
    """MobileNet v1: 4,231,976 parameters for 224×224×3 and 1,000 classes.

    Howard et al. 2017, arXiv:1704.04861, table 1.

    Args:
        width_multiplier: Factor on the number of filters of every layer, the paper's α.
        dropout_rate: Dropout probability before the linear layer; null means 0.001, as published.
    """
    image_size(input_shape, "mobilenet")
    rate = 1e-3 if dropout_rate is None else dropout_rate
    return _mobilenet(PUBLISHED, 2, output_units, width_multiplier, rate)


@register("architecture", "mobilenet_small")
def mobilenet_small(
    input_shape: Shape,
    output_units: int,
    /,
    *,
    width_multiplier: PositiveFloat = 1.0,
    dropout_rate: Rate = 0.0,
) -> list[Node]:
    """The first five blocks of MobileNet, for images of 28×28 or 32×32: about 140,000 parameters for 10 classes.

    Blocks and width multiplier of Howard et al. 2017, arXiv:1704.04861; the first convolution keeps the image's size.

    Args:
        width_multiplier: Factor on the number of filters of every layer, the paper's α.
        dropout_rate: Dropout probability before the linear layer.
    """
    image_size(input_shape, "mobilenet_small")
    return _mobilenet(SMALL, 1, output_units, width_multiplier, dropout_rate)


def _mobilenet(
    blocks: Sequence[tuple[int, int]], first_stride: int, output_units: int, multiplier: float, rate: float
) -> list[Node]:
    nodes = [
        convolution("conv1", scaled(32, multiplier), 3, stride=first_stride, padding=1, use_bias=False),
        Node("bn1", "batch_norm"),
        Node("relu1", "relu"),
    ]
    for number, (filters, stride) in enumerate(blocks, start=1):
        nodes += _block(f"block{number}", scaled(filters, multiplier), stride)
    return [*nodes, Node("avgpool", "global_average_pool2d"), *dropout("dropout", rate), output("fc", output_units)]


def _block(name: str, filters: int, stride: int) -> list[Node]:
    """Return a depthwise separable convolution: 3×3 on each channel, then 1×1, each with batch norm and ReLU."""
    depthwise = {"kernel_size": 3, "stride": stride, "padding": 1, "use_bias": False}
    return [
        Node(f"{name}_conv1", "depthwise_conv2d", depthwise),
        Node(f"{name}_bn1", "batch_norm"),
        Node(f"{name}_relu1", "relu"),
        convolution(f"{name}_conv2", filters, 1, use_bias=False),
        Node(f"{name}_bn2", "batch_norm"),
        Node(f"{name}_relu2", "relu"),
    ]
