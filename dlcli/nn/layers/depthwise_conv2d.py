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
    """Depthwise 2D convolution, per channel: (H, W, C) -> (⌊(H+2p−f)/s+1⌋, ⌊(W+2p−f)/s+1⌋, multiplier · C).

    Followed by a 1×1 convolution, it is a depthwise separable convolution (Howard et al. 2017, arXiv:1704.04861).
    Padding is as in conv2d.

    Args:
        kernel_size: Size of a filter in pixels, [height, width] or one number for both.
        stride: Distance in the input between neighboring output pixels, [vertical, horizontal] or one number for both.
        padding: Zero padding: valid (none), same, the number of zeros on every side, or [[top, bottom], [left, right]].
        dilation: Spacing of the kernel positions in pixels, [vertical, horizontal] or one number for both.
        multiplier: Number of filters for each channel.
        use_bias: Whether to add a bias to each channel; redundant directly before batch_norm.
        trainable: Whether filters and bias are trained; false keeps their initial values, such as an edge filter.
        initializer: Initializer of the filters (the bias starts at 0); null means he_normal.
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
