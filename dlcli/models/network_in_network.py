"""Network in Network: 1×1 convolutions, and global average pooling instead of fully connected layers."""

from __future__ import annotations

from dlcli.core import Rate, register
from dlcli.models.convolutional import convolution, dropout, image_size, max_pool
from dlcli.nn import Node, Shape

#: one more pixel at the bottom and right, so that windows of 3 with stride 2 reach the last pixel, as with Caffe's
#: rounding up
PADDING_AT_END = [[0, 1], [0, 1]]


@register("architecture", "network_in_network")
def network_in_network(input_shape: Shape, output_units: int, /, *, dropout_rate: Rate | None = None) -> list[Node]:
    """Network in Network: three convolutions, each followed by two of 1×1; 966,986 parameters for CIFAR-10.

    Lin, Chen & Yan 2014, arXiv:1312.4400, with the sizes of the authors' network for CIFAR-10 (32×32×3, 10 classes).
    The average of each channel of the last convolution is a logit, which may be negative: it has no ReLU.

    Args:
        dropout_rate: Dropout probability after each pooling layer; null means 0.5, as published.
    """
    image_size(input_shape, "network_in_network")
    rate = 0.5 if dropout_rate is None else dropout_rate
    return [
        *_rectified("conv1", 192, 5),
        *_rectified("cccp1", 160, 1),
        *_rectified("cccp2", 96, 1),
        max_pool("pool1", 3, ceil=True),
        *dropout("drop1", rate),
        *_rectified("conv2", 192, 5),
        *_rectified("cccp3", 192, 1),
        *_rectified("cccp4", 192, 1),
        Node("pool2", "average_pool2d", {"window": 3, "stride": 2, "padding": PADDING_AT_END}),
        *dropout("drop2", rate),
        *_rectified("conv3", 192, 3),
        *_rectified("cccp5", 192, 1),
        convolution("cccp6", output_units, 1, initializer="xavier_normal"),
        Node("pool3", "global_average_pool2d"),
    ]


def _rectified(name: str, filters: int, kernel_size: int) -> list[Node]:
    return [convolution(name, filters, kernel_size, padding=kernel_size // 2), Node(f"{name}_relu", "relu")]
