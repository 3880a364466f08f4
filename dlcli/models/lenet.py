"""LeNet-5."""

from __future__ import annotations

from typing import Literal

from dlcli.core import register
from dlcli.models.convolutional import convolution, image_size, linear, output
from dlcli.models.fully_connected import SATURATING, Activation
from dlcli.nn import Node, Shape

#: height and width to which the paper pads its digits of 28×28
PADDED_SIZE = 32


@register("architecture", "lenet5")
def lenet5(
    input_shape: Shape,
    output_units: int,
    /,
    *,
    activation: Activation = "relu",
    pooling: Literal["max", "average"] = "max",
    padding: Literal["published", "same"] | None = None,
) -> list[Node]:
    """LeNet-5: two convolutions with pooling, three fully connected layers; 61,706 parameters on gray 28×28 images.

    LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition. The default is the
    modern form with ReLU and max pooling; the paper has `activation: tanh, pooling: average`. In both, unlike in the
    paper, all filters of the second convolution see all channels, pooling has no weights, and the output is linear.

    Args:
        activation: Activation function of the hidden layers.
        pooling: Pooling of each 2×2 window.
        padding: Padding of the images: "published" pads images below 32×32 to 32×32; "same" keeps the size in both
            convolutions, for images that are too small otherwise; null means published from 28×28, same below.
    """
    height, width = image_size(input_shape, "lenet5")
    padding = padding or ("published" if min(height, width) >= 28 else "same")
    initializer = "xavier_normal" if activation in SATURATING else "he_normal"
    first = "same" if padding == "same" else [_padding(height), _padding(width)]
    second = "same" if padding == "same" else 0
    return [
        convolution("conv1", 6, 5, padding=first, initializer=initializer),
        Node("conv1_activation", activation),
        Node("pool1", f"{pooling}_pool2d", {"window": 2}),
        convolution("conv2", 16, 5, padding=second, initializer=initializer),
        Node("conv2_activation", activation),
        Node("pool2", f"{pooling}_pool2d", {"window": 2}),
        Node("flatten", "flatten"),
        linear("fc1", 120, initializer=initializer),
        Node("fc1_activation", activation),
        linear("fc2", 84, initializer=initializer),
        Node("fc2_activation", activation),
        output("fc3", output_units),
    ]


def _padding(size: int) -> list[int]:
    """Return the number of zeros before and after `size` pixels, for 32 pixels in all."""
    missing = max(PADDED_SIZE - size, 0)
    return [missing // 2, missing - missing // 2]
