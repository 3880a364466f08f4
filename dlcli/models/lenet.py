"""LeNet-5, the network that read checks."""

from __future__ import annotations

from typing import Literal

from dlcli.core import register
from dlcli.models.convolutional import convolution, image_size, linear, output
from dlcli.models.fully_connected import SATURATING, Activation
from dlcli.nn import Node, Shape

#: size of the images that the paper pads the 28×28 digits to
PADDED = 32


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

    LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition. By default in
    today's form, with ReLU and max pooling; `activation: tanh, pooling: average` is the paper's. Whichever it is, all
    filters of the second convolution see all channels, pooling has no weights, and the output is linear.

    Args:
        activation: nonlinearity of the hidden layers.
        pooling: what is kept of each 2×2 window.
        padding: published pads images below 32×32 to 32×32 and larger ones not at all; same keeps the size in both
            convolutions, for images too small for that; null means published from 28×28 on, same below.
    """
    height, width = image_size(input_shape, "lenet5")
    padding = padding or ("published" if min(height, width) >= 28 else "same")
    initializer = "xavier_normal" if activation in SATURATING else "he_normal"
    first = "same" if padding == "same" else [_up_to(height), _up_to(width)]
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


def _up_to(size: int) -> list[int]:
    """Zeros before and after `size` pixels that make 32 of them."""
    missing = max(PADDED - size, 0)
    return [missing // 2, missing - missing // 2]
