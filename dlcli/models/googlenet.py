"""GoogLeNet: Inception modules with parallel filters of several sizes."""

from __future__ import annotations

from dlcli.core import PREVIOUS, Rate, register
from dlcli.models.convolutional import dropout, image_size, linear, max_pool, normalized_convolution, output
from dlcli.nn import Node, Shape


@register("architecture", "googlenet")
def googlenet(
    input_shape: Shape, output_units: int, /, *, auxiliary: bool = True, dropout_rate: Rate | None = None
) -> list[Node]:
    """GoogLeNet (Inception v1): 6,624,904 parameters for 3 channels and 1,000 classes, 13,004,888 with auxiliary heads.

    Szegedy et al. 2015, arXiv:1409.4842, in torchvision's form: with batch norm, and 3×3 filters where the paper has
    5×5. Designed for images of 224×224.

    Args:
        auxiliary: Whether two auxiliary classifiers in the middle of the network are trained too, each with weight 0.3.
        dropout_rate: Dropout probability before the last linear layer; null means 0.2, and 0.7 in the auxiliary heads.
    """
    image_size(input_shape, "googlenet")
    rate, auxiliary_rate = (0.2, 0.7) if dropout_rate is None else (dropout_rate, dropout_rate)
    return [
        *_convolution("conv1", 64, 7, stride=2),
        max_pool("maxpool1", 3, ceil=True),
        *_convolution("conv2", 64, 1),
        *_convolution("conv3", 192, 3),
        max_pool("maxpool2", 3, ceil=True),
        *_inception("inception3a", "maxpool2", 64, (96, 128), (16, 32), 32),
        *_inception("inception3b", "inception3a", 128, (128, 192), (32, 96), 64),
        max_pool("maxpool3", 3, ceil=True),
        *_inception("inception4a", "maxpool3", 192, (96, 208), (16, 48), 64),
        *(_auxiliary("aux1", "inception4a", output_units, auxiliary_rate) if auxiliary else []),
        *_inception("inception4b", "inception4a", 160, (112, 224), (24, 64), 64),
        *_inception("inception4c", "inception4b", 128, (128, 256), (24, 64), 64),
        *_inception("inception4d", "inception4c", 112, (144, 288), (32, 64), 64),
        *(_auxiliary("aux2", "inception4d", output_units, auxiliary_rate) if auxiliary else []),
        *_inception("inception4e", "inception4d", 256, (160, 320), (32, 128), 128),
        max_pool("maxpool4", 2, ceil=True),
        *_inception("inception5a", "maxpool4", 256, (160, 320), (32, 128), 128),
        *_inception("inception5b", "inception5a", 384, (192, 384), (48, 128), 128),
        Node("avgpool", "global_average_pool2d"),
        *dropout("dropout", rate),
        output("fc", output_units),
    ]


def _convolution(name: str, filters: int, kernel_size: int, *, stride: int = 1, after: str = PREVIOUS) -> list[Node]:
    return normalized_convolution(name, filters, kernel_size, stride=stride, epsilon=1e-3, after=after)


def _inception(
    name: str, before: str, one: int, three: tuple[int, int], five: tuple[int, int], pooled: int
) -> list[Node]:
    """Return an Inception module: four parallel branches, concatenated along the channels.

    Args:
        name: Name of the module and of its last node.
        before: Name of the node whose output is the module's input.
        one: Number of filters of the 1×1 branch.
        three: Numbers of filters of the 3×3 branch: 1×1 reduction, then 3×3.
        five: Numbers of filters of the branch that is 5×5 in the paper: 1×1 reduction, then 3×3.
        pooled: Number of filters after the pooling.
    """
    return [
        *_convolution(f"{name}_branch1", one, 1, after=before),
        *_convolution(f"{name}_branch2_0", three[0], 1, after=before),
        *_convolution(f"{name}_branch2_1", three[1], 3),
        *_convolution(f"{name}_branch3_0", five[0], 1, after=before),
        *_convolution(f"{name}_branch3_1", five[1], 3),
        max_pool(f"{name}_branch4_0", 3, stride=1, padding=1, after=before),
        *_convolution(f"{name}_branch4_1", pooled, 1),
        Node(
            name,
            "concat",
            inputs=tuple(f"{name}_{branch}_relu" for branch in ("branch1", "branch2_1", "branch3_1", "branch4_1")),
        ),
    ]


def _auxiliary(name: str, before: str, output_units: int, rate: float) -> list[Node]:
    return [
        Node(f"{name}_avgpool", "adaptive_average_pool2d", {"size": 4}, (before,)),
        *_convolution(f"{name}_conv", 128, 1),
        Node(f"{name}_flatten", "flatten"),
        linear(f"{name}_fc1", 1024),
        Node(f"{name}_relu", "relu"),
        *dropout(f"{name}_dropout", rate),
        output(f"{name}_fc2", output_units),
        Node(name, "auxiliary_output", {"weight": 0.3}),
    ]
