"""AlexNet, the winner of the ImageNet challenge of 2012."""

from __future__ import annotations

from dlcli.core import Rate, register
from dlcli.models.convolutional import convolution, dropout, image_size, linear, max_pool, output
from dlcli.nn import Node, Shape


@register("architecture", "alexnet")
def alexnet(
    input_shape: Shape,
    output_units: int,
    /,
    *,
    local_response_norm: bool = False,
    dropout_rate: Rate | None = None,
) -> list[Node]:
    """AlexNet: five convolutions, three fully connected layers; 61,100,840 parameters for 224×224×3 and 1,000 classes.

    Krizhevsky, Sutskever & Hinton 2012, in the single-column form of Krizhevsky 2014 (arXiv:1404.5997) and torchvision.
    Images must be at least 63×63.

    Args:
        local_response_norm: Whether to normalize across channels after the first two convolutions, as in 2012.
        dropout_rate: Dropout probability before each hidden linear layer; null means 0.5, as published.
    """
    image_size(input_shape, "alexnet")
    rate = 0.5 if dropout_rate is None else dropout_rate
    return [
        convolution("features_0", 64, 11, stride=4, padding=2),
        Node("features_1", "relu"),
        *(_local_response_norm("features_1_norm") if local_response_norm else []),
        max_pool("features_2", 3),
        convolution("features_3", 192, 5, padding=2),
        Node("features_4", "relu"),
        *(_local_response_norm("features_4_norm") if local_response_norm else []),
        max_pool("features_5", 3),
        convolution("features_6", 384, 3, padding=1),
        Node("features_7", "relu"),
        convolution("features_8", 256, 3, padding=1),
        Node("features_9", "relu"),
        convolution("features_10", 256, 3, padding=1),
        Node("features_11", "relu"),
        max_pool("features_12", 3),
        Node("avgpool", "adaptive_average_pool2d", {"size": 6}),
        Node("flatten", "flatten"),
        *dropout("classifier_0", rate),
        linear("classifier_1", 4096),
        Node("classifier_2", "relu"),
        *dropout("classifier_3", rate),
        linear("classifier_4", 4096),
        Node("classifier_5", "relu"),
        output("classifier_6", output_units),
    ]


def _local_response_norm(name: str) -> list[Node]:
    """Return local response normalization with the paper's constants.

    The paper's α = 1e-4 multiplies the sum over 5 channels; the layer's α multiplies their mean, hence 5e-4.
    """
    return [Node(name, "local_response_norm", {"size": 5, "alpha": 5e-4, "beta": 0.75, "k": 2.0})]
