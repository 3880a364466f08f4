"""Depthwise convolution of images."""

from __future__ import annotations

from collections.abc import Iterable

from dlcli.core import PositiveInt, register
from dlcli.nn.initializers import Initializer
from dlcli.nn.layer import LayerSample
from dlcli.nn.layers.conv2d import Convolution
from dlcli.nn.layers.geometry import Padding, Size


@register("layer", "depthwise_conv2d")
class DepthwiseConv2D(Convolution):
    """Convolution of every channel by itself: (H, W, C) -> (⌊(H+2p−f)/s+1⌋, ⌊(W+2p−f)/s+1⌋, multiplier · C).

    With a 1×1 convolution after it, a separable convolution (Howard et al. 2017, arXiv:1704.04861). Padding as in
    conv2d.

    Args:
        kernel_size: pixels of a filter, [height, width] or one number for both.
        stride: pixels from one output to the next, [down, across] or one number for both.
        padding: valid (none), same, the zeros on every side, or [[above, below], [left, right]].
        dilation: Spacing of the kernel positions in pixels, [down, across] or one number for both.
        multiplier: filters for each channel.
        use_bias: whether to add a bias to each channel; pointless right before batch_norm.
        trainable: whether filters and bias are trained; false keeps them as they start, such as an edge filter.
        initializer: how the filters start (the bias starts at 0); null means he_normal.
    """

    def __init__(
        self,
        *,
        kernel_size: Size,
        stride: Size = 1,
        padding: Padding = "valid",
        dilation: Size = 1,
        multiplier: PositiveInt = 1,
        use_bias: bool = True,
        trainable: bool = True,
        initializer: Initializer | None = None,
    ) -> None:
        super().__init__(
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            use_bias=use_bias,
            trainable=trainable,
            initializer=initializer,
        )
        self.multiplier = multiplier

    def filters_and_groups(self, channels: int) -> tuple[int, int]:
        return self.multiplier * channels, channels

    @classmethod
    def samples(cls) -> Iterable[LayerSample]:
        yield LayerSample(cls(kernel_size=3, padding="same"), ((3, 4, 2),))
        yield LayerSample(cls(kernel_size=[1, 2], stride=[1, 2], multiplier=2, use_bias=False), ((2, 4, 2),))
